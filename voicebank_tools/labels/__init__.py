"""Phoneme labels: what was said, and when."""
