"""Sing a score with a voicebank: plan, render, mix.

`sing_score` works on what is in memory, `sing_file` on files, `write_song` writes a wav.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.audio import write_wav
from pychang.units import SAMPLE_RATE_HZ, db_to_gain, ms_to_samples
from resampler.protocol import RenderRequest
from resampler.render import render_request
from resampler.wavtool import Wave
from voicebank_tools.aliases import AliasSource
from voicebank_tools.bank_asked import AskedBank
from voicebank_tools.files import check_folder
from voicebank_tools.finding import Finding
from voicebank_tools.formats.reader import read_score
from voicebank_tools.lyrics import MissingAlias
from voicebank_tools.pitch_curve import FloatArray
from voicebank_tools.render_pool import ProgressFunction, Rendered, RenderFunction, render_all
from voicebank_tools.score import Score, Track
from voicebank_tools.song_mix import Mix, dynamics_gains, fade_edges, level_gain, mix_notes
from voicebank_tools.song_plan import PlannedNote, TrackPlan, plan_track
from voicebank_tools.voicebank import load_voicebank

LONGEST_SONG_MS = 20 * 60_000.0
"""Twenty minutes at once fit into a gigabyte of memory; more is mostly a slip of the pen."""

WANTED_STEP_MS = 5.0


@dataclass(frozen=True)
class SingOptions:
    """How to sing.

    `fallback` is the lyric sung where the bank lacks one ("" silence), `flags` win over the
    song's own, `tracks` are numbers from 1 or names (none: every track that is not muted),
    `from_s` and `to_s` cut a part out (None: to the end), `jobs` 0 uses every core, `engine` is
    "classic", "neural" or "" for the default (see `pychang.choice`).
    """

    fallback: str = ""
    flags: str = ""
    tracks: tuple[str, ...] = ()
    from_s: float = 0.0
    to_s: float | None = None
    jobs: int = 1
    engine: str = ""


@dataclass(frozen=True)
class NoteFailure:
    """A note that could not be rendered and is silent: its time, alias and what went wrong."""

    time_s: float
    alias: str
    message: str


@dataclass(frozen=True)
class SongResult:
    """A sung song. All times count from the wave's first sample.

    `wave` is float32 at 44.1 kHz, its peak below 1. `wanted_f0_hz` at `times_s` is the pitch the
    score asks for, 0 where nobody sings (of several tracks the first that does). `spans_s`
    [notes, 2] is when each note begins and ends to sound; `step_limit` [samples] the largest step
    between neighbouring samples that the notes sounding there have in themselves. `gain_db`
    (<= 0) is what the whole song was turned down by to stay below full scale. `findings` are about
    the voicebank, as far as the song needs it.
    """

    wave: Wave
    times_s: FloatArray
    wanted_f0_hz: FloatArray
    spans_s: FloatArray
    step_limit: Wave
    missing: tuple[MissingAlias, ...]
    failures: tuple[NoteFailure, ...]
    gain_db: float
    warnings: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def notes(self) -> int:
        """How many notes sound."""
        return len(self.spans_s)

    @property
    def seconds(self) -> float:
        """How long the wave is."""
        return len(self.wave) / SAMPLE_RATE_HZ

    @property
    def complete(self) -> bool:
        """Whether every note was sung as the score asks."""
        return not (self.missing or self.failures)


def sing_score(
    score: Score,
    bank: AliasSource,
    options: SingOptions = SingOptions(),
    render: RenderFunction | None = None,
    on_progress: ProgressFunction | None = None,
) -> SongResult:
    """Return the song.

    Args:
        score: What to sing.
        bank: With what.
        options: See `SingOptions`.
        render: Renders one note; without it `options.engine` does.
        on_progress: Told how many of how many different notes are rendered.

    Raises:
        PychangError: A track that is not there, a part outside the song, a fallback the bank
            lacks, a song without notes or of more than 20 minutes.
    """
    tracks = choose_tracks(score, options.tracks)
    start_ms, end_ms = _span_ms(score, options)
    plans = [plan_track(track, bank, score.tempo_map, options.fallback, options.flags) for track in tracks]
    chosen = [[note for note in plan.notes if _sounds(note, start_ms, end_ms)] for plan in plans]
    requests = [note.request for notes in chosen for note in notes]
    render = render or partial(render_request, engine=options.engine)
    rendered = render_all(requests, render, options.jobs, on_progress)
    samples = ms_to_samples(end_ms) - ms_to_samples(start_ms)
    song = Mix(np.zeros(samples, dtype=np.float32), np.zeros(samples, dtype=np.float32))
    for plan, notes in zip(plans, chosen, strict=True):
        _add_track(song, plan, notes, rendered, start_ms)
    fade_edges(song.wave)
    gain = np.float32(level_gain(song.wave))
    times_ms = np.arange(0.0, end_ms - start_ms, WANTED_STEP_MS)
    return SongResult(
        wave=np.multiply(song.wave, gain, out=song.wave),
        times_s=times_ms / 1000.0,
        wanted_f0_hz=_wanted_f0_hz(plans, times_ms + start_ms),
        spans_s=_spans_s(chosen, rendered, start_ms),
        step_limit=np.multiply(song.step_limit, gain, out=song.step_limit),
        missing=_merged(plans, score, start_ms, end_ms),
        failures=_failures(chosen, rendered, start_ms),
        gain_db=20.0 * math.log10(float(gain)),
        warnings=(
            *_remarks(requests, rendered),
            *score.warnings,
            *_cut_warnings(plans),
            *_head_warnings(chosen, start_ms),
        ),
    )


def sing_file(
    song_path: Path,
    bank_folder: Path,
    options: SingOptions = SingOptions(),
    on_progress: ProgressFunction | None = None,
) -> SongResult:
    """Return a .ust, .ustx or .mid file sung with the voicebank in a folder.

    Raises PychangError as `sing_score` does, and for files that cannot be read.
    """
    bank = AskedBank(load_voicebank(bank_folder))
    result = sing_score(read_score(song_path), bank, options, on_progress=on_progress)
    return replace(result, findings=bank.findings)


def write_song(path: Path, result: SongResult) -> None:
    """Write a song as a 16-bit wav file.

    Raises PychangError where it cannot be written, and where no note of it sounds.
    """
    if not result.notes:
        raise PychangError(
            f"{path}: not written, since no note sounds; mend what is missing or sing another part"
        )
    write_wav(path, result.wave)


def check_output(output_path: Path, song_path: Path, bank_folder: Path) -> None:
    """Raise PychangError if the output would replace an input or cannot be put there: before the work."""
    output, bank = output_path.resolve(), bank_folder.resolve()
    if output == song_path.resolve():
        raise PychangError(f"output {output_path}: is the song itself; name another file")
    if bank in output.parents and output.exists():
        raise PychangError(f"output {output_path}: is a file of the voicebank; name another one")
    if not output.parent.is_dir():
        raise PychangError(f"output {output_path}: its folder does not exist; create it first")
    check_folder(output.parent)


def choose_tracks(score: Score, wanted: Sequence[str]) -> tuple[Track, ...]:
    """Return the tracks named by number (from 1) or name; without any, all that are not muted.

    Raises PychangError for a track that is not there, and where no note is left to sing.
    """
    tracks = [track for track in score.tracks if not track.muted]
    if wanted:
        tracks = [_track_of(score, name) for name in wanted]
    sung = tuple(track for track in tracks if track.notes)
    if not sung:
        raise PychangError(f"{score.name}: no notes to sing in {'these tracks' if wanted else 'any track'}")
    return sung


def _track_of(score: Score, name: str) -> Track:
    by_number = {str(number): track for number, track in enumerate(score.tracks, start=1)}
    by_name = {track.name: track for track in reversed(score.tracks)}
    found = by_name.get(name) or by_number.get(name)
    if found is None:
        listed = ", ".join(f"{number} {track.name}".strip() for number, track in by_number.items())
        raise PychangError(f"--track {name}: no such track; the song has {listed}")
    return found


def _span_ms(score: Score, options: SingOptions) -> tuple[float, float]:
    """The part of the song to sing, in ms of song time."""
    last_ticks = max((note.end_ticks for track in score.tracks for note in track.notes), default=0)
    song_ms = score.tempo_map.ms_at(max(score.length_ticks, last_ticks))
    start_ms = options.from_s * 1000.0
    end_ms = song_ms if options.to_s is None else min(options.to_s * 1000.0, song_ms)
    if not 0.0 <= start_ms < end_ms:
        raise PychangError(
            f"--from {options.from_s:g} --to {end_ms / 1000:g}: no part of the song,"
            f" which lasts {song_ms / 1000:.2f} seconds"
        )
    if end_ms - start_ms > LONGEST_SONG_MS:
        raise PychangError(
            f"{score.name}: would last {(end_ms - start_ms) / 60_000:.1f} minutes, at most"
            f" {LONGEST_SONG_MS / 60_000:.0f} are sung at once: use --from and --to, or mend its lengths"
        )
    return start_ms, end_ms


def _sounds(note: PlannedNote, start_ms: float, end_ms: float) -> bool:
    return note.end_ms > start_ms and note.start_ms < end_ms and note.place.length_ms > 0.0


def _add_track(
    song: Mix, plan: TrackPlan, notes: Sequence[PlannedNote], rendered: Rendered, start_ms: float
) -> None:
    """Add one track to the song under its dynamics and volume; failed notes are left out."""
    waves = []
    for note in notes:
        found = rendered[note.request]
        if not isinstance(found, str):
            waves.append((note, found.wave))
    mixed = mix_notes(waves, len(song.wave), start_ms)
    volume = np.float32(db_to_gain(plan.track.volume_db))
    for part, whole in ((mixed.wave, song.wave), (mixed.step_limit, song.step_limit)):
        part *= volume
        if "dyn" in plan.track.curves:
            part *= dynamics_gains(plan.track.curves["dyn"], plan.tempo_map, len(part), start_ms)
        whole += part


def _wanted_f0_hz(plans: Sequence[TrackPlan], times_ms: FloatArray) -> FloatArray:
    """The wanted pitch of the first track that sings at each time."""
    wanted = np.zeros(len(times_ms))
    for plan in plans:
        wanted = np.where(wanted > 0.0, wanted, plan.wanted_f0_hz(times_ms))
    return wanted


def _spans_s(chosen: Sequence[Sequence[PlannedNote]], rendered: Rendered, start_ms: float) -> FloatArray:
    """When each note that was rendered sounds. Shape [notes, 2]."""
    sounding = [note for notes in chosen for note in notes if not isinstance(rendered[note.request], str)]
    spans_ms = np.array([(note.start_ms, note.end_ms) for note in sounding], dtype=np.float64)
    return (spans_ms.reshape(-1, 2) - start_ms) / 1000.0


def _merged(
    plans: Sequence[TrackPlan], score: Score, start_ms: float, end_ms: float
) -> tuple[MissingAlias, ...]:
    """What is missing in the part that is sung, once per lyric over all tracks."""
    merged: dict[str, MissingAlias] = {}
    for one in (one for plan in plans for one in plan.missing):
        inside = [at for at in one.positions_ticks if start_ms <= score.tempo_map.ms_at(at) < end_ms]
        if inside:
            known = merged.get(one.lyric, MissingAlias(one.lyric, ()))
            merged[one.lyric] = MissingAlias(one.lyric, (*known.positions_ticks, *inside))
    return tuple(merged.values())


def _failures(
    chosen: Sequence[Sequence[PlannedNote]], rendered: Rendered, start_ms: float
) -> tuple[NoteFailure, ...]:
    return tuple(
        NoteFailure((note.place.start_ms - start_ms) / 1000.0, note.phone.alias, str(rendered[note.request]))
        for notes in chosen
        for note in notes
        if isinstance(rendered[note.request], str)
    )


def _remarks(requests: Sequence[RenderRequest], rendered: Rendered) -> tuple[str, ...]:
    """What was remarked on the notes' recordings and on the engine, once each, in the song's order."""
    notes = (rendered[request] for request in requests)
    told = (remark for note in notes if not isinstance(note, str) for remark in note.remarks)
    return tuple(dict.fromkeys(told))


def _head_warnings(chosen: Sequence[Sequence[PlannedNote]], start_ms: float) -> tuple[str, ...]:
    """What a song has no room for that begins with a consonant; a part may begin anywhere."""
    early = [note for notes in chosen for note in notes if note.start_ms < 0.0] if start_ms == 0.0 else []
    if not early:
        return ()
    first = min(early, key=lambda note: note.start_ms)
    lost = f"{-first.start_ms:.0f} ms of {first.phone.alias} lie before the song and are not heard"
    return (f"{lost}; let the song begin with a rest",)


def _cut_warnings(plans: Sequence[TrackPlan]) -> tuple[str, ...]:
    return tuple(
        f"track {plan.track.name or index}: {plan.cut_notes} notes run into the next and were cut"
        for index, plan in enumerate(plans, start=1)
        if plan.cut_notes
    )
