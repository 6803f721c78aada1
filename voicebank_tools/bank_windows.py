"""Whether a line of oto.ini fits the recording it cuts: OpenUtau's rules, as far as they change the sound."""

from collections.abc import Iterator

from resampler.protocol import window_end_ms
from voicebank_tools.finding import Finding, Kind
from voicebank_tools.oto import OtoEntry

ROUNDING_MS = 1.0
"""Lines are set by hand and eye, and lengths are rounded: less is no fault."""


def window_findings(entry: OtoEntry, length_ms: float) -> Iterator[Finding]:
    """Yield what is wrong with a line for a recording of `length_ms`, nothing for one without times."""
    if not any(entry.times_ms):
        return
    end_ms = window_end_ms(entry.offset_ms, entry.cutoff_ms, length_ms)
    window_ms = min(end_ms, length_ms) - entry.offset_ms
    if entry.offset_ms > length_ms - ROUNDING_MS:
        why = f"offset {entry.offset_ms:g} ms lies behind the recording's end ({length_ms:.0f} ms)"
        yield _finding("error", entry, why, "set the offset again")
        return
    if window_ms < ROUNDING_MS:
        why = f"cutoff {entry.cutoff_ms:g} ms ends the window at {end_ms:.0f} ms, before the offset"
        yield _finding("error", entry, f"{why} ({entry.offset_ms:g} ms)", "set offset and cutoff again")
        return
    if end_ms > length_ms + ROUNDING_MS:
        why = f"cutoff {entry.cutoff_ms:g} ms reaches {end_ms - length_ms:.0f} ms behind the recording's end"
        yield _finding("warning", entry, why, "bring it nearer to 0")
    if told := _behind(entry, window_ms):
        why = f"the window lasts {window_ms:.0f} ms, no longer than {told}"
        yield _finding("warning", entry, why, "bring what is longer into the window, or move the cutoff")


def _behind(entry: OtoEntry, window_ms: float) -> str:
    """The times that lie behind the window's end; the consonant must leave some vowel."""
    times = (
        ("consonant", entry.consonant_ms, window_ms - ROUNDING_MS),
        ("preutterance", entry.preutterance_ms, window_ms + ROUNDING_MS),
        ("overlap", entry.overlap_ms, window_ms + ROUNDING_MS),
    )
    return ", ".join(f"{name} {time_ms:g} ms" for name, time_ms, most_ms in times if time_ms > most_ms)


def _finding(kind: Kind, entry: OtoEntry, why: str, cure: str) -> Finding:
    return Finding(kind, entry.wav_path, 0, entry.alias, why, cure, (entry.alias,))
