"""The commands of `vbtools`, one module each, imported when asked for."""
