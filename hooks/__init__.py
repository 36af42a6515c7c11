"""CDS services: which hook they answer, which data they need, and how an assessment becomes
cards.
"""
