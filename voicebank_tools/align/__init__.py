"""Forced alignment: when each phone of a known text is said, learnt from the folder itself."""
