"""What a site brings of its own: policies and mapping, read and checked at start."""
