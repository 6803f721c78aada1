"""The UTAU host protocol: thirteen arguments in, one rendered note out."""
