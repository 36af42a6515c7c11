"""Programs for developers; nothing here is imported by the service."""
