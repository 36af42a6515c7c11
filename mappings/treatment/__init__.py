"""What several resource types say of treatment: drugs, CAR-T infusions, transplants, and how their
records are merged.
"""
