"""The clinical core: the model, the course of the disease, the rules. Standard library only."""
