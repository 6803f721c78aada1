"""What a user may say about slicing; checked once, then believed."""

from dataclasses import dataclass

from pychang import PychangError

SLACK_S = 0.5
"""With bounds a factor 2 and this apart, a recording of any length falls into clips within them."""

LONGEST_S = 600.0


@dataclass(frozen=True)
class SliceOptions:
    """How to slice.

    Attributes:
        target_s: Wanted length of a clip.
        min_s, max_s: Bounds that every clip keeps, unless the recording itself is shorter.
        threshold_db: Level below which it is silent, dB of full scale; None: from the noise floor.
        min_silence_s: Shorter gaps between sounds are no pauses.
        hop_s: Distance of the frames that are measured, and so how finely a cut is placed.
        kept_silence_s: Silence left at each end of a clip, the rest goes into clips of its own; None: all.
        pad_to_s: Every clip is filled up with silence to just this length; None: not.
        by_note: A clip for each note instead; the three lengths then mean nothing.
    """

    target_s: float = 10.0
    min_s: float = 2.0
    max_s: float = 15.0
    threshold_db: float | None = None
    min_silence_s: float = 0.2
    hop_s: float = 0.01
    kept_silence_s: float | None = None
    pad_to_s: float | None = None
    by_note: bool = False

    def __post_init__(self) -> None:
        """Raises PychangError naming the option, its value and the cure."""
        _within("--hop-size", self.hop_s, 0.005, 0.05)
        _within("--min-silence", self.min_silence_s, self.hop_s, 5.0)
        if self.threshold_db is not None:
            _within("--threshold-db", self.threshold_db, -120.0, 0.0, "dB")
        if self.kept_silence_s is not None:
            _within("--keep-silence", self.kept_silence_s, self.hop_s, LONGEST_S)
        if self.by_note:
            if self.pad_to_s is not None:
                raise PychangError(
                    "--by-note and --pad-to exclude each other: notes differ in length; drop one"
                )
            return
        _within("--min-length", self.min_s, 0.1, LONGEST_S)
        _within("--target", self.target_s, self.min_s, self.max_s)
        least = 2.0 * self.min_s + SLACK_S
        if not least <= self.max_s <= LONGEST_S:
            raise PychangError(
                f"--max-length {self.max_s:g} s: between {self.min_s:g} s and it there must be room for every"
                f" recording; choose {least:g} to {LONGEST_S:g} s, or a smaller --min-length"
            )
        if self.pad_to_s is not None and self.pad_to_s < self.max_s:
            raise PychangError(
                f"--pad-to {self.pad_to_s:g} s is shorter than --max-length {self.max_s:g} s; use the same"
            )


def lengths_s(
    target_s: float | None = None,
    min_s: float | None = None,
    max_s: float | None = None,
    pad_to_s: float | None = None,
) -> tuple[float, float, float]:
    """Return (target, min, max) where only some are said: what is said holds, and the others are 10 s, a
    fifth and one and a half of the target, or what fits."""
    if max_s is None:
        fitting_s = max(1.5 * (target_s or 10.0), 2.0 * (min_s or 0.0) + SLACK_S)
        max_s = fitting_s if pad_to_s is None else pad_to_s
    if min_s is None:
        min_s = min(0.2 * (target_s or 10.0), (max_s - SLACK_S) / 2.0)
    return min(max(10.0, min_s), max_s) if target_s is None else target_s, min_s, max_s


def _within(option: str, value: float, least: float, most: float, unit: str = "s") -> None:
    if not least <= value <= most:  # false for what is no number, too
        raise PychangError(f"{option} {value:g} {unit} is out of range; choose {least:g} to {most:g} {unit}")
