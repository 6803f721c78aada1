"""Flags that somebody types: what in them is none of ours. Hosts send any, and are told nothing."""

import re

from resampler.flags import FLAGS, OWN_FLAGS

_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_BETWEEN = r"[\s/\\?]*"


def unknown_flags(text: str) -> tuple[str, ...]:
    """Return the parts of a flag string that are skipped: foreign ones, those without a number, rubbish."""
    own = {spec.name: spec.has_value for spec in OWN_FLAGS}
    names = sorted((spec.name for spec in FLAGS), key=len, reverse=True)
    token = re.compile(f"({'|'.join(map(re.escape, names))}|M[A-Za-z])({_NUMBER})?{_BETWEEN}|.", re.DOTALL)
    parts = []
    for match in token.finditer(re.sub(f"^{_BETWEEN}", "", text)):
        name, number = match[1], match[2]
        if name not in own or (own[name] and not number):
            parts.append(match[0].strip())
    return tuple(filter(None, parts))
