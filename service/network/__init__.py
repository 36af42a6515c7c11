"""Which addresses may be contacted, and how a connection is held to that."""
