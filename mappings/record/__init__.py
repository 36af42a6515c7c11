"""The record as it was sent: unpacked, linked, held against its patient, cut down and validated."""
