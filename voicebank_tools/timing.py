"""When each alias of a song sounds: the hosts' formulas, in milliseconds unless a name says ticks.

Source: the host protocol notes, section 4.3 (OpenUtau's UPhoneme, RenderPhrase and ResamplerItem;
UTAU's equivalents as observed). A phone that sets one of UTAU's own overrides (PreUtterance,
VoiceOverlap, StartPoint) is fitted by UTAU's rule, any other by OpenUtau's.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resampler import wavtool
from resampler.pitchbend import bend_step_ms
from resampler.protocol import consonant_stretch
from voicebank_tools.oto import OtoEntry
from voicebank_tools.score import TICKS_PER_QUARTER, Envelope, Note, TempoMap

LENGTH_STEP_MS = 50.0
"""Hosts ask for notes whose length is a whole number of these."""

SHORTEST_FADE_IN_MS = 5.0
DEFAULT_FADE_OUT_MS = 35.0

SHORTEST_RAMP_MS = 1.5
"""Any change of an envelope's gain takes at least as long: too short to be heard as a fade, long
enough not to click."""

EnvelopePoints = tuple[tuple[float, float], ...]
"""(ms from the phone's position, gain) with rising times, from gain 0 to gain 0."""


@dataclass(frozen=True)
class Phone:
    """One alias to be sung: its place in the song, the oto line it is cut by and the note that
    asks for it (of notes drawn together by `+`, the first).

    `first` and `only` say where in the note it stands: the note's own preutterance, overlap and
    deltas hold for its first phone, its own envelope where there is but one.
    """

    note: Note
    alias: str
    entry: OtoEntry
    position_ticks: int
    duration_ticks: int
    first: bool = True
    only: bool = True

    @property
    def end_ticks(self) -> int:
        return self.position_ticks + self.duration_ticks


@dataclass(frozen=True)
class PhoneTiming:
    """Where a phone sounds. `position_ms` and `duration_ms` are the score's; the sound begins
    `preutterance_ms` before and ends `tail_intrude_ms` before the phone's end, plus
    `tail_overlap_ms` of crossfade. `skip_ms` of the rendered wave's head are not played
    (negative: the wave begins later). `length_ms` and `tempo_bpm` are what is asked of the
    resampler; `envelope` is the gain from the first to the last sounding moment.
    """

    position_ms: float
    duration_ms: float
    preutterance_ms: float
    overlap_ms: float
    skip_ms: float
    joined: bool
    tail_intrude_ms: float
    tail_overlap_ms: float
    length_ms: float
    tempo_bpm: float
    envelope: EnvelopePoints

    @property
    def origin_ms(self) -> float:
        """The moment of the rendered wave's first sample in the song."""
        return self.position_ms - self.preutterance_ms - self.skip_ms

    @property
    def start_ms(self) -> float:
        """The moment the phone begins to sound."""
        return self.position_ms - self.preutterance_ms

    @property
    def end_ms(self) -> float:
        """The moment the phone is silent again."""
        return self.position_ms + self.duration_ms - self.tail_intrude_ms + self.tail_overlap_ms


def fit_openutau(
    preutterance_ms: float, overlap_ms: float, gap_ms: float, previous_ms: float
) -> tuple[float, float]:
    """Return preutterance and overlap as they fit behind the phone before.

    Args:
        gap_ms: from the end of the phone before to this position; <= 0 where they touch.
        previous_ms: duration of the phone before.
    """
    longest_ms = preutterance_ms
    lead_ms = preutterance_ms - overlap_ms
    if gap_ms <= 0.0 and lead_ms > previous_ms / 2.0:
        longest_ms = previous_ms / 2.0 / lead_ms * preutterance_ms
    elif 0.0 < gap_ms < preutterance_ms:
        longest_ms = gap_ms
    if preutterance_ms > longest_ms:
        overlap_ms *= longest_ms / preutterance_ms
        preutterance_ms = longest_ms
    if gap_ms <= 0.0 and preutterance_ms > previous_ms:
        overlap_ms -= preutterance_ms - previous_ms
        preutterance_ms = previous_ms
    return preutterance_ms, overlap_ms


def fit_utau(preutterance_ms: float, overlap_ms: float, room_ms: float) -> tuple[float, float, float]:
    """Return preutterance, overlap and what they move StartPoint by, fitted as UTAU does.

    `room_ms` is the length of the rest before, or half that of the note before.
    """
    lead_ms = preutterance_ms - overlap_ms
    if lead_ms <= room_ms:
        return preutterance_ms, overlap_ms, 0.0
    ratio = room_ms / lead_ms
    return preutterance_ms * ratio, overlap_ms * ratio, preutterance_ms * (1.0 - ratio)


def required_length_ms(output_ms: float, consonant_ms: float = 0.0) -> float:
    """Return the length OpenUtau asks a resampler for (argument 7).

    `output_ms` is what is played plus what is skipped at the head.
    """
    return math.ceil(max(output_ms, consonant_ms) / LENGTH_STEP_MS + 0.5) * LENGTH_STEP_MS


def required_length_utau_ms(output_ms: float) -> float:
    """Return the length UTAU asks for: the same save at exact half steps, where it is one more."""
    return (math.floor(output_ms / LENGTH_STEP_MS + 0.5) + 1.0) * LENGTH_STEP_MS


def mean_tempo_bpm(duration_ticks: float, duration_ms: float) -> float:
    """Return the constant tempo at which the ticks last as long as they do in the song.

    OpenUtau's adjustedTempo (argument 12): with it a bend step has one length all through a note.
    Rounded to a millionth, so that equal notes ask for equal renders wherever they stand.
    """
    return round(60000.0 * duration_ticks / TICKS_PER_QUARTER / duration_ms, 6)


def bend_count(duration_ms: float, tempo_bpm: float) -> int:
    """Return how many bend values OpenUtau sends: as many as reach the end of the release.

    `duration_ms` is the release's end from the wave's first sample.
    """
    # A step that is whole but for rounding must not count twice.
    return max(0, math.ceil(round(duration_ms / bend_step_ms(tempo_bpm), 9)))


def bend_count_whole(length_ms: float, tempo_bpm: float) -> int:
    """Return how many bend values UTAU sends: up to and past the end of the asked length."""
    return bend_count(length_ms, tempo_bpm) + 1


def time_phones(phones: Sequence[Phone], tempo_map: TempoMap) -> tuple[PhoneTiming, ...]:
    """Return one timing for each phone of one track, in order of position."""
    heads = []
    for index, phone in enumerate(phones):
        heads.append(_time_head(phone, phones[index - 1] if index else None, tempo_map))
    return tuple(
        _time_tail(phone, head, heads[index + 1] if index + 1 < len(heads) else None)
        for index, (phone, head) in enumerate(zip(phones, heads, strict=True))
    )


def _time_head(phone: Phone, previous: Phone | None, tempo_map: TempoMap) -> PhoneTiming:
    """Fit the phone's beginning behind the phone before."""
    position_ms = tempo_map.ms_at(phone.position_ticks)
    duration_ms = tempo_map.ms_at(phone.end_ticks) - position_ms
    asked_ms, overlap_ms = _asked_head(phone)
    preutterance_ms, moved_ms = asked_ms, 0.0
    if previous is not None:
        gap_ms = position_ms - tempo_map.ms_at(previous.end_ticks)
        previous_ms = tempo_map.ms_at(previous.end_ticks) - tempo_map.ms_at(previous.position_ticks)
        if has_utau_overrides(phone):
            room_ms = gap_ms if gap_ms > 0.0 else previous_ms / 2.0
            preutterance_ms, overlap_ms, moved_ms = fit_utau(asked_ms, overlap_ms, room_ms)
        else:
            preutterance_ms, overlap_ms = fit_openutau(asked_ms, overlap_ms, gap_ms, previous_ms)
            moved_ms = asked_ms - preutterance_ms
    skip_ms = moved_ms
    if phone.first:
        moved_preutterance_ms = max(0.0, preutterance_ms + phone.note.preutterance_delta_ms)
        skip_ms += preutterance_ms - moved_preutterance_ms + phone.note.start_point_ms
        preutterance_ms = moved_preutterance_ms
        overlap_ms += phone.note.overlap_delta_ms
    return PhoneTiming(
        position_ms=position_ms,
        duration_ms=duration_ms,
        preutterance_ms=preutterance_ms,
        overlap_ms=overlap_ms,
        skip_ms=skip_ms,
        joined=previous is not None and previous.end_ticks >= phone.position_ticks,
        tail_intrude_ms=0.0,
        tail_overlap_ms=0.0,
        length_ms=0.0,
        tempo_bpm=mean_tempo_bpm(phone.duration_ticks, duration_ms),
        envelope=(),
    )


def _asked_head(phone: Phone) -> tuple[float, float]:
    """Preutterance and overlap at the note's velocity, before they are fitted."""
    preutterance_ms, overlap_ms = phone.entry.preutterance_ms, phone.entry.overlap_ms
    if phone.first and phone.note.preutterance_ms is not None:
        preutterance_ms = phone.note.preutterance_ms
    if phone.first and phone.note.overlap_ms is not None:
        overlap_ms = phone.note.overlap_ms
    # The recording itself (`direct`) is not stretched.
    stretch = 1.0 if phone.note.direct else consonant_stretch(phone.note.velocity_percent)
    return preutterance_ms * stretch, overlap_ms * stretch


def has_utau_overrides(phone: Phone) -> bool:
    """Return whether the note asks for UTAU's own timing (fields only a .ust has)."""
    note = phone.note
    overridden = note.preutterance_ms is not None or note.overlap_ms is not None
    return phone.first and (overridden or note.start_point_ms != 0.0)


def _time_tail(phone: Phone, head: PhoneTiming, following: PhoneTiming | None) -> PhoneTiming:
    """Let the phone end where the next one takes over; then length and envelope are known."""
    if following is not None and following.joined:
        lead_ms = following.preutterance_ms - min(following.overlap_ms, 0.0)
        head = replace(head, tail_intrude_ms=lead_ms, tail_overlap_ms=max(following.overlap_ms, 0.0))
    output_ms = head.end_ms - head.origin_ms
    if has_utau_overrides(phone):
        length_ms = max(required_length_utau_ms(output_ms), LENGTH_STEP_MS)
    else:
        length_ms = required_length_ms(output_ms, phone.entry.consonant_ms)
    envelope = phone.note.envelope if phone.only else None
    points = openutau_envelope(phone, head) if envelope is None else utau_envelope(envelope, head)
    return replace(head, length_ms=length_ms, envelope=points)


def openutau_envelope(phone: Phone, timing: PhoneTiming) -> EnvelopePoints:
    """Return OpenUtau's envelope, without the volume: the resampler is told that one itself.

    (OpenUtau applies it in both places, so that 50 % sounds like 25 %: not copied.)
    """
    attack, decay = phone.note.attack_percent / 100.0, phone.note.decay_percent / 100.0
    free = not timing.joined and phone.note.overlap_delta_ms == 0.0
    fade_in_ms = SHORTEST_FADE_IN_MS if free else max(timing.overlap_ms, SHORTEST_FADE_IN_MS)
    start_ms = -timing.preutterance_ms
    attack_ms = start_ms + fade_in_ms
    full_ms = max(0.0, attack_ms)
    fade_ms = timing.duration_ms - timing.tail_intrude_ms
    end_ms = fade_ms + timing.tail_overlap_ms
    if timing.tail_overlap_ms == 0.0:
        fade_ms = max(full_ms, fade_ms - DEFAULT_FADE_OUT_MS)
    points = ((start_ms, 0.0), (attack_ms, attack), (full_ms, 1.0), (fade_ms, 1.0 - decay), (end_ms, 0.0))
    return _without_jumps(points, start_ms, end_ms)


def utau_envelope(envelope: Envelope, timing: PhoneTiming) -> EnvelopePoints:
    """Return a .ust note's own envelope: p1, p1+p2 (, p1+p2+p5) from the start of the sound and
    end-p4-p3, end-p4 from its end; silent before and behind.
    """
    widths_ms = [envelope.p1_ms, envelope.p2_ms, envelope.p3_ms, envelope.p4_ms]
    levels = [envelope.v1_percent, envelope.v2_percent, envelope.v3_percent, envelope.v4_percent]
    if envelope.p5_ms is not None and envelope.v5_percent is not None:
        widths_ms.append(envelope.p5_ms)
        levels.append(envelope.v5_percent)
    start_ms = -timing.preutterance_ms
    length_ms = timing.end_ms - timing.start_ms
    inside = wavtool.utau_envelope(length_ms, widths_ms, levels)
    return _without_jumps(
        [(start_ms + time_ms, gain) for time_ms, gain in inside], start_ms, start_ms + length_ms
    )


def _without_jumps(points: Sequence[tuple[float, float]], start_ms: float, end_ms: float) -> EnvelopePoints:
    """Squeeze points into a span and in order, from silence to silence, without a step.

    In short notes points cross, and envelopes may begin or end at a level: each would click.
    """
    if end_ms <= start_ms:  # the next phone covers it wholly
        return (start_ms, 0.0), (start_ms, 0.0)
    gains = [0.0, *(gain for _, gain in points), 0.0]
    times_ms = [start_ms, *(time_ms for time_ms, _ in points), end_ms]
    count = len(times_ms)
    least_ms = min(SHORTEST_RAMP_MS, (end_ms - start_ms) / count)
    ramps_ms = [least_ms if before != after else 0.0 for before, after in pairwise(gains)]
    for index in range(1, count):  # not before what comes before, and its ramp
        times_ms[index] = max(times_ms[index], times_ms[index - 1] + ramps_ms[index - 1])
    times_ms[-1] = end_ms
    for index in range(count - 2, 0, -1):  # not behind what follows
        times_ms[index] = max(start_ms, min(times_ms[index], times_ms[index + 1] - ramps_ms[index]))
    return tuple(dict.fromkeys(zip(times_ms, gains, strict=True)))
