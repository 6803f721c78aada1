"""Signals: seconds, hertz and frames. Knows nothing of UTAU."""


class PychangError(Exception):
    """Something the user can mend: the message names the thing, its value and the cure."""
