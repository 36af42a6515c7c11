"""Clinical cases as YAML, and what they ask of an answer."""
