"""Recorded calls, run again against other rules or policies."""
