"""oto.ini from labels: what `vbtools oto` does."""
