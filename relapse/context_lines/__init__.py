"""The lines of the context card, by what they are about (CX-01 to CX-13)."""
