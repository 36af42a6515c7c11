"""The course of the disease: diagnosis, remissions, relapses, treatment, present state (E- and REL-
rules).
"""
