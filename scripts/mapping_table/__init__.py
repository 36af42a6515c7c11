"""The table of what is read from which resource, for `docs/mapping.md`."""
