"""The memory of the service: feedback, decision records, used token ids. SQLite or PostgreSQL."""
