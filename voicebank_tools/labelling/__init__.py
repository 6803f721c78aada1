"""A folder of clips labelled: read, checked, aligned, written, reviewed; hand-made corrections kept."""
