"""The knowledge in force, for people and programs: rules, policies, sources, value sets, cases.

Everything is read from what the service decides with; nothing is written down a second time.
"""
