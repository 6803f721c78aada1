"""Score + voicebank -> what is asked of the resampler for each phone, and where it goes in the song.

Pure: nothing is rendered or read here save the bank's aliases.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resampler.flags import parse_flags
from resampler.protocol import RenderRequest
from resampler.wavtool import Placement
from voicebank_tools.aliases import AliasSource
from voicebank_tools.lyrics import MissingAlias, resolve
from voicebank_tools.pitch_curve import (
    FloatArray,
    PitchGrid,
    bend_cents,
    cents_to_hz,
    phrase_pitch,
    split_phrases,
    ticks_at,
)
from voicebank_tools.score import Note, TempoMap, Track, one_voice
from voicebank_tools.timing import Phone, PhoneTiming, bend_count_whole, time_phones

DIRECT_FLAGS = "uP0H0"
"""A note marked `direct` plays the recording as it is."""


@dataclass(frozen=True)
class PlannedNote:
    """One phone ready to be rendered and placed.

    `place` is in song time; `joined` says that it is cross-faded with the one before, at which
    moment (`join_ms`) the song wants `join_hz`.
    """

    phone: Phone
    request: RenderRequest
    place: Placement
    joined: bool
    join_ms: float
    join_hz: float

    @property
    def start_ms(self) -> float:
        return self.place.start_ms

    @property
    def end_ms(self) -> float:
        return self.place.start_ms + self.place.length_ms


@dataclass(frozen=True)
class TrackPlan:
    """One track: its notes in order, the wanted pitch of its phrases and what the bank lacks.
    `cut_notes` is how many notes of the score ran into the next (one voice sings one at a time).
    """

    track: Track
    tempo_map: TempoMap
    notes: tuple[PlannedNote, ...]
    grids: tuple[PitchGrid, ...]
    missing: tuple[MissingAlias, ...]
    cut_notes: int

    def wanted_f0_hz(self, times_ms: FloatArray) -> FloatArray:
        """Return the pitch the track asks for at rising song times in ms, 0 where it is silent."""
        wanted = np.zeros(len(times_ms))
        for note in self.notes:
            inside = slice(*np.searchsorted(times_ms, (note.start_ms, note.end_ms)))
            grid = _grid_of(self.grids, note.phone.note)
            wanted[inside] = cents_to_hz(grid.at(ticks_at(self.tempo_map, times_ms[inside])))
        return wanted


def plan_track(
    track: Track, bank: AliasSource, tempo_map: TempoMap, fallback: str = "", flags: str = ""
) -> TrackPlan:
    """Return the plan of one track.

    Args:
        track: Notes in any order.
        bank: Where lyrics are looked up.
        tempo_map: The song's.
        fallback: Lyric sung where the bank lacks the note's own; "" for silence.
        flags: Resampler flags that win over the song's own.
    """
    notes, cuts_ticks = one_voice(track.notes)
    resolution = resolve(notes, bank, tempo_map, fallback)
    timings = time_phones(resolution.phones, tempo_map)
    grids = _phrase_grids(notes, resolution.phones, timings, track, tempo_map)
    planned = tuple(
        _plan_phone(phone, timing, _grid_of(grids, phone.note), tempo_map, track, flags)
        for phone, timing in zip(resolution.phones, timings, strict=True)
    )
    return TrackPlan(track, tempo_map, planned, grids, resolution.missing, len(cuts_ticks))


def _phrase_grids(
    notes: Sequence[Note],
    phones: Sequence[Phone],
    timings: Sequence[PhoneTiming],
    track: Track,
    tempo_map: TempoMap,
) -> tuple[PitchGrid, ...]:
    """The wanted pitch of each phrase, from where its first phone's wave begins."""
    leads_ms: dict[int, float] = {}
    for phone, timing in zip(phones, timings, strict=True):
        position = phone.note.position_ticks
        lead_ms = tempo_map.ms_at(position) - min(timing.origin_ms, timing.start_ms)
        leads_ms[position] = max(lead_ms, leads_ms.get(position, 0.0))
    deviation = track.curves.get("pitd")
    return tuple(
        phrase_pitch(phrase, tempo_map, deviation, leads_ms.get(phrase[0].position_ticks, 0.0))
        for phrase in split_phrases(notes)
    )


def _grid_of(grids: Sequence[PitchGrid], note: Note) -> PitchGrid:
    """The grid of the phrase a note is in: the last that begins with it or before."""
    index = bisect_right(grids, note.position_ticks, key=lambda grid: grid.position_ticks)
    return grids[max(0, index - 1)]


def _plan_phone(
    phone: Phone, timing: PhoneTiming, grid: PitchGrid, tempo_map: TempoMap, track: Track, flags: str
) -> PlannedNote:
    note, entry = phone.note, phone.entry
    request = RenderRequest(
        source_path=entry.wav_path,
        output_path=None,
        tone_midi=float(note.tone_midi),
        velocity_percent=note.velocity_percent,
        flags=parse_flags((DIRECT_FLAGS if note.direct else "") + flags + note.flags + track.flags),
        offset_ms=entry.offset_ms,
        length_ms=timing.length_ms,
        consonant_ms=entry.consonant_ms,
        cutoff_ms=entry.cutoff_ms,
        volume_percent=note.volume_percent,
        modulation_percent=note.modulation_percent,
        tempo_bpm=timing.tempo_bpm,
        bend_cents=bend_cents(
            grid,
            tempo_map,
            note,
            timing.origin_ms,
            timing.tempo_bpm,
            bend_count_whole(timing.length_ms, timing.tempo_bpm),
        ),
    )
    length_ms = max(0.0, timing.end_ms - timing.start_ms)
    # The envelope counts from the phone's position, a placement's from its start.
    envelope = tuple((time_ms + timing.preutterance_ms, gain) for time_ms, gain in timing.envelope)
    join_ms = timing.start_ms + max(timing.overlap_ms, 0.0) / 2.0
    join_ticks = ticks_at(tempo_map, np.array([join_ms]))
    return PlannedNote(
        phone=phone,
        request=request,
        place=Placement(timing.start_ms, timing.skip_ms, length_ms, envelope),
        joined=timing.joined and timing.overlap_ms > 0.0,
        join_ms=join_ms,
        join_hz=float(cents_to_hz(grid.at(join_ticks))[0]),
    )
