"""What there is to map to, by the kind of element."""
