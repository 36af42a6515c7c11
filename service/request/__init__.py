"""From the bytes of a call to a checked request."""
