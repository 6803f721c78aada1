"""What the benchmark of the classic engine sings: samples of a bank, requests as hosts write them, and
the same plans sung by WORLD (pyworld) for comparison."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyworld

from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.audio import FULL_SCALE, read_wav, to_pcm16
from pychang.metrics import PITCH_FRAME_MS, pitch_hz
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ, hz_to_midi, midi_to_hz, ms_to_samples
from resampler.pitchbend import bend_step_ms, encode_bend
from resampler.plan import build_plan
from resampler.protocol import RenderRequest, note_name, parse_arguments
from resampler.render import frq_hint, render_request
from voicebank_tools.oto import OtoEntry, OtoFile

TEMPO_BPM = 120.0
SHORTEST_MS, MOSTLY = 350.0, 0.5
_S_PER_FRAME = PITCH_FRAME_MS / 1000.0


@dataclass(frozen=True)
class Recording:
    """A recording, taken apart by us and by WORLD. `wave` [samples]; `f0_hz` Harvest's [frames]."""

    path: Path
    wave: FloatArray
    f0_hz: FloatArray
    analysis: Analysis
    world_f0_hz: FloatArray
    envelope: FloatArray
    aperiodicity: FloatArray

    def pitch_at(self, times_ms: FloatArray) -> FloatArray:
        """Read Harvest's f0 at times of the recording, gaps bridged. Shape [points]."""
        voiced = np.flatnonzero(self.f0_hz > 0)
        return np.interp(times_ms / PITCH_FRAME_MS, voiced, self.f0_hz[voiced])


@dataclass(frozen=True)
class Sample:
    """A line of oto.ini whose window is mostly voice; milliseconds from the file's start."""

    recording: Recording
    alias: str
    begin_ms: float
    consonant_ms: float
    cutoff_ms: float
    end_ms: float

    @property
    def length_ms(self) -> float:
        return self.end_ms - self.begin_ms

    @property
    def wave(self) -> FloatArray:
        """The window's part of the recording. Shape [samples]."""
        return self.recording.wave[ms_to_samples(self.begin_ms) : ms_to_samples(self.end_ms)]

    @property
    def vowel(self) -> FloatArray:
        """What follows the consonant. Shape [samples]."""
        return self.wave[ms_to_samples(self.consonant_ms) :]

    @property
    def f0_hz(self) -> FloatArray:
        """Harvest's f0 in the window. Shape [frames]."""
        first, last = int(self.begin_ms / PITCH_FRAME_MS), int(self.end_ms / PITCH_FRAME_MS)
        return self.recording.f0_hz[first:last]

    @property
    def tone(self) -> int:
        """The nearest MIDI note of the voiced frames' median."""
        return round(hz_to_midi(float(np.median(self.f0_hz[self.f0_hz > 0]))))


def open_recording(path: Path) -> Recording:
    """Read a recording and take it apart twice."""
    wave = read_wav(path)
    exact = wave.astype(np.float64)
    coarse, at_s = pyworld.harvest(exact, SAMPLE_RATE_HZ, f0_floor=60.0, f0_ceil=1200.0)
    f0 = pyworld.stonemask(exact, coarse, at_s, SAMPLE_RATE_HZ)
    return Recording(
        path, wave, pitch_hz(wave), analyse(wave, frq_hint(path, len(wave))), f0,
        pyworld.cheaptrick(exact, f0, at_s, SAMPLE_RATE_HZ), pyworld.d4c(exact, f0, at_s, SAMPLE_RATE_HZ),
    )  # fmt: skip


def bank_samples(bank: Path, count: int, seed: int) -> list[Sample]:
    """Return samples of a bank drawn by chance, one a recording, long enough and mostly voiced."""
    entries = [entry for path in sorted(bank.rglob("oto.ini")) for entry in OtoFile.read(path).entries]
    random.Random(seed).shuffle(entries)
    samples: list[Sample] = []
    seen: set[Path] = set()
    for entry in entries:
        if len(samples) == count:
            break
        if entry.wav_path not in seen and (sample := open_sample(entry)) is not None:
            seen.add(entry.wav_path)
            samples.append(sample)
    return samples


def open_sample(entry: OtoEntry) -> Sample | None:
    """Return a line's sample, None where it has no recording, is too short or mostly without voice."""
    if entry.offset_ms < 0 or not entry.wav_path.is_file():
        return None
    whole_ms = len(read_wav(entry.wav_path)) * 1000.0 / SAMPLE_RATE_HZ
    from_ms = entry.offset_ms if entry.cutoff_ms < 0 else whole_ms
    end_ms = min(from_ms - entry.cutoff_ms, whole_ms)
    if end_ms - entry.offset_ms < SHORTEST_MS:
        return None
    recording = open_recording(entry.wav_path)
    sample = Sample(recording, entry.alias, entry.offset_ms, entry.consonant_ms, entry.cutoff_ms, end_ms)
    return sample if (sample.f0_hz > 0).mean() >= MOSTLY else None


def request(
    sample: Sample, f0_hz: FloatArray, length_ms: float, flags: str = "", consonant_ms: float | None = None,
    velocity: float = 100.0,
) -> RenderRequest:  # fmt: skip
    """Return what a host asks for, by way of its argument list: a note name and bends of whole cents.

    `f0_hz` is wanted at `bend_times_ms(length_ms)`. `consonant_ms`: in place of the sample's own.
    """
    tone = round(hz_to_midi(float(np.median(f0_hz))))
    cents = np.rint(1200.0 * np.log2(f0_hz / midi_to_hz(tone))).astype(int)
    consonant = sample.consonant_ms if consonant_ms is None else consonant_ms
    return parse_arguments([
        str(sample.recording.path), "out.wav", note_name(tone), f"{velocity:g}", f"P0{flags}",
        f"{sample.begin_ms:g}", f"{length_ms:g}", f"{consonant:g}", f"{sample.cutoff_ms:g}", "100", "0",
        f"!{TEMPO_BPM:g}", encode_bend(cents.tolist()),
    ])  # fmt: skip


def bend_times_ms(length_ms: float) -> FloatArray:
    """Return when a note's bend has its values. Shape [points]."""
    return np.arange(0.0, length_ms, bend_step_ms(TEMPO_BPM))


def as_recorded(sample: Sample, semitones: float = 0.0) -> RenderRequest:
    """Ask for a sample at its own length and with its own melody, shifted."""
    times = bend_times_ms(sample.length_ms)
    return request(
        sample, sample.recording.pitch_at(times + sample.begin_ms) * 2.0 ** (semitones / 12.0),
        sample.length_ms,
    )  # fmt: skip


def flat(sample: Sample, semitones: int, length_ms: float, flags: str = "") -> RenderRequest:
    """Ask for a sample on one note."""
    f0 = np.full(len(bend_times_ms(length_ms)), midi_to_hz(sample.tone + semitones))
    return request(sample, f0, length_ms, flags)


def stretched(sample: Sample, ratio: float) -> RenderRequest:
    """Ask for a sample whose vowel lasts `ratio` times its own length, the melody stretched with it."""
    consonant = sample.consonant_ms
    length_ms = consonant + (sample.length_ms - consonant) * ratio
    times = bend_times_ms(length_ms)
    past = np.maximum(times - consonant, 0.0)
    source = np.minimum(times, consonant) + past / ratio + sample.begin_ms
    return request(sample, sample.recording.pitch_at(source), length_ms)


def wholly_stretched(sample: Sample, ratio: float) -> RenderRequest:
    """Ask for a sample at another speed from end to end: all of it is consonant, velocity is speed."""
    length_ms = sample.length_ms * ratio
    f0 = sample.recording.pitch_at(bend_times_ms(length_ms) / ratio + sample.begin_ms)
    velocity = 100.0 * (1.0 - np.log2(ratio))
    return request(sample, f0, length_ms, consonant_ms=sample.length_ms, velocity=velocity)


def our_note(asked: RenderRequest, recording: Recording) -> FloatArray:
    """Sing a request with the classic engine; as 16-bit files hold it. Shape [samples]."""
    wave = render_request(asked, read=lambda _: (recording.wave, recording.analysis))
    return to_pcm16(wave) / float(FULL_SCALE)


def world_note(asked: RenderRequest, recording: Recording) -> FloatArray:
    """Sing the same plan with WORLD: frames read linearly, voicing of the nearest. Shape [samples]."""
    plan = build_plan(asked, recording.analysis)
    frames = len(plan.f0_hz)
    at_s = np.arange(0.0, plan.samples / SAMPLE_RATE_HZ, _S_PER_FRAME)
    at = (at_s * SAMPLE_RATE_HZ + plan.lead_samples) / HOP_SAMPLES
    source = (
        np.interp(at, np.arange(frames), plan.source_frames) * HOP_SAMPLES / SAMPLE_RATE_HZ / _S_PER_FRAME
    )
    source = np.clip(source, 0.0, len(recording.world_f0_hz) - 1.001)
    voiced = recording.world_f0_hz[np.rint(source).astype(int)] > 0
    wave = pyworld.synthesize(
        np.where(voiced, np.interp(at, np.arange(frames), plan.f0_hz), 0.0),
        _rows(recording.envelope, source), _rows(recording.aperiodicity, source), SAMPLE_RATE_HZ,
    )  # fmt: skip
    return np.pad(wave, (0, max(0, plan.samples - len(wave))))[: plan.samples]


def _rows(frames: FloatArray, at: FloatArray) -> FloatArray:
    index = at.astype(int)
    share = (at - index)[:, None]
    return np.ascontiguousarray(frames[index] * (1.0 - share) + frames[index + 1] * share)


Singer = Callable[[RenderRequest, Recording], FloatArray]
SINGERS: Mapping[str, Singer] = MappingProxyType({"ours": our_note, "pyworld": world_note})
"""Who is compared."""
