"""The therapies considered, one file each: rules, precautions and data requests (BL, IN, CA, HS,
HS2, DLI).
"""
