"""Which results are valid today: antigens, residual disease, age, safety (STALE-, CONF- and AG-
rules).
"""
