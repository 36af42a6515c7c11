"""Observations: what they are about (`topics`), their common parts (`finding`), and one module for
each topic.
"""
