"""Codes: names of code systems, value sets as files, and decisions that are kept between charts."""
