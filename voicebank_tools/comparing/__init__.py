"""Resamplers side by side: the same notes asked of each, measured beside the recordings they come from."""
