"""Single values of a resource: shapes of JSON, numbers, units, dates, and what a text says."""
