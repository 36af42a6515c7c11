"""Decision records: what is kept of a call, and its way into the database and out of it again."""
