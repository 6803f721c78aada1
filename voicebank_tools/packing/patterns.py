"""What of a voicebank's folder nobody who installs it needs, by patterns of names."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from voicebank_tools.encoding import name_key
from voicebank_tools.recordings import SILENCE_FOLDER

ENGINE_CACHES = (
    "*.ctspec", "*.d4c", "*.dio", "*.esp", "*.frc", "*.frt", "*.harvest", "*.hifi.npz", "*.lessaudio",
    "*.llsm", "*.llsm.tmp", "*.mrq", "*.nrc", "*.ogc", "*.pitchtier", "*.platinum", "*.pmk", "*.rudb",
    "*.sc", "*.sc.npz", "*.stac", "*.star", "*.uspec", "*.vs4ufrq", "*.world",
)  # fmt: skip
"""What resamplers keep beside recordings for themselves, and make again where it is missing."""

TOOL_FILES = (
    "$read", "*.lbp", "*.lbp.caches", "*.pkf", "*.setParam-Scache", "errors.txt", "*.slices.json",
    SILENCE_FOLDER,
)  # fmt: skip
"""What editors of banks (vLabeler, setParam, Audition, OpenUtau, ours) keep for themselves."""

SYSTEM_FILES = (
    ".*", "__MACOSX", "Icon\r", "Thumbs.db", "ehthumbs*.db", "desktop.ini", "$RECYCLE.BIN",
    "System Volume Information",
)  # fmt: skip
"""What systems, and programs that hide their files (.git, .DS_Store, ._a.wav), leave behind."""

FRQ = "*.frq"
"""Kept unless asked for: other resamplers read them, and some were corrected by hand."""

DEFAULTS = (*ENGINE_CACHES, *TOOL_FILES, *SYSTEM_FILES)


def matching(patterns: Sequence[str], path: str) -> str:
    """Return the first pattern that fits, "" if none does; case and Unicode form are not told apart.

    `path`: below the bank, with `/`. A pattern with a `/` must fit the whole path, any other its last name.
    """
    whole = name_key(path)
    name = whole.rpartition("/")[2]
    for pattern in patterns:
        wanted = name_key(pattern.replace("\\", "/").rstrip("/"))
        if fnmatchcase(whole if "/" in wanted else name, wanted):
            return pattern
    return ""
