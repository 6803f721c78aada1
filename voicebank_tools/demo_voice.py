"""A singing voice made of arithmetic: glottal pulses and noise through vocal-tract formants.

Everything about it is known exactly (pitch, formants, levels, onsets), which makes it the demo's
singer and the test-suite's instrument. Harmonics are drawn one by one up to `TOP_HZ`, so nothing
aliases and a fixed pitch is fixed to the last digit.

Sources: Rosenberg (1971), "Effect of glottal pulse shape on the quality of natural vowels" (pulse);
Fant (1960), "Acoustic theory of speech production" (formants as poles of the tract); Klatt and Klatt
(1990) (flutter).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.units import SAMPLE_RATE_HZ, db_to_gain

HOP_SAMPLES = 64
"""Distance of control frames (1.45 ms): short against a plosive's burst."""

TOP_HZ = 20000.0
"""No harmonic is drawn above; the last 2 kHz below fade out."""

OPEN_PHASE, CLOSING_PHASE = 0.40, 0.16
"""Parts of a period in which the glottis opens and closes (Rosenberg's natural-sounding middle)."""

_NOISE_WINDOW = 4 * HOP_SAMPLES
_NOISE_FFT = 2 * _NOISE_WINDOW

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Formants:
    """Resonances of one vocal-tract shape, lowest first, with their -3 dB bandwidths."""

    frequencies_hz: tuple[float, ...]
    bandwidths_hz: tuple[float, ...] = (80.0, 100.0, 140.0, 200.0, 260.0)

    def scaled(self, ratio: float) -> "Formants":
        """Return the same shape for a tract `1 / ratio` times as long."""
        return Formants(tuple(ratio * hz for hz in self.frequencies_hz), self.bandwidths_hz)


VOWELS: Mapping[str, Formants] = MappingProxyType(
    {
        "a": Formants((850.0, 1350.0, 2750.0, 3800.0, 4800.0)),
        "i": Formants((320.0, 2600.0, 3250.0, 3900.0, 4800.0)),
        "u": Formants((380.0, 1350.0, 2600.0, 3700.0, 4700.0)),
        "e": Formants((520.0, 2150.0, 2850.0, 3800.0, 4800.0)),
        "o": Formants((520.0, 880.0, 2650.0, 3700.0, 4700.0)),
    }
)
"""The five vowels, a low female or high male singer."""


@dataclass(frozen=True)
class VoiceTrack:
    """What the voice does at each control frame, `HOP_SAMPLES` apart. Gains are RMS levels, 1 = full scale.

    All arrays are `[frames]`, but `formants_hz` and `bandwidths_hz`, which are `[frames, 5]`.
    `breath_gain`: noise through the formants. `noise_gain`: noise made at a narrow place, a band of
    `noise_width_hz` (one standard deviation) around `noise_hz`.
    """

    f0_hz: FloatArray
    voice_gain: FloatArray
    formants_hz: FloatArray
    bandwidths_hz: FloatArray
    breath_gain: FloatArray
    noise_gain: FloatArray
    noise_hz: FloatArray
    noise_width_hz: FloatArray


def synthesise_vowel(
    f0_hz: float | FloatArray,
    formants: Formants | str = "a",
    *,
    duration_s: float = 1.0,
    level_db: float = -18.0,
    breath_db: float | None = None,
    seed: int = 0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> FloatArray:
    """Return a steady vowel `[samples]`: one pitch, one shape, from the first sample to the last.

    `f0_hz`: a number, or a curve `[samples]`, which then gives the length instead of `duration_s`.
    `formants`: a shape or one of "a i u e o". `level_db`: RMS of the voiced part (dB of full scale).
    `breath_db`: RMS of the breath noise relative to the voice, None for none. Pitch and formants come
    out as asked; the same arguments give the same samples.
    Raises PychangError on an unknown vowel or a pitch outside 20 Hz .. half the rate.
    """
    shape = _shape(formants)
    f0_samples = _pitch_curve(f0_hz, duration_s, sample_rate_hz)
    frames = -(-f0_samples.size // HOP_SAMPLES) + 1
    gain = db_to_gain(level_db)
    breath = 0.0 if breath_db is None else gain * db_to_gain(breath_db)
    full, none = np.ones(frames), np.zeros(frames)
    grid = np.minimum(np.arange(frames) * HOP_SAMPLES, max(f0_samples.size - 1, 0))
    track = VoiceTrack(
        f0_hz=f0_samples[grid] if f0_samples.size else full,
        voice_gain=gain * full,
        formants_hz=np.tile(shape.frequencies_hz, (frames, 1)),
        bandwidths_hz=np.tile(shape.bandwidths_hz, (frames, 1)),
        breath_gain=breath * full,
        noise_gain=none,
        noise_hz=full,
        noise_width_hz=full,
    )
    return _perform(track, f0_samples, seed, sample_rate_hz)


def perform(track: VoiceTrack, seed: int = 0, sample_rate_hz: int = SAMPLE_RATE_HZ) -> FloatArray:
    """Return the sound of a track `[HOP_SAMPLES * (frames - 1)]`; `seed` chooses the noise."""
    samples = HOP_SAMPLES * (track.f0_hz.size - 1)
    f0_samples = np.interp(np.arange(samples), HOP_SAMPLES * np.arange(track.f0_hz.size), track.f0_hz)
    return _perform(track, f0_samples, seed, sample_rate_hz)


def flutter_cents(times_s: FloatArray, depth_cents: float) -> FloatArray:
    """Return the slow wander of a human pitch (Klatt's flutter), peak `depth_cents`, same shape."""
    waves = sum(np.sin(2.0 * np.pi * hz * times_s) for hz in (12.7, 7.1, 4.7))
    return depth_cents / 3.0 * np.asarray(waves, dtype=np.float64)


def tract_response(
    frequencies_hz: FloatArray, formants_hz: FloatArray, bandwidths_hz: FloatArray
) -> NDArray[np.complex128]:
    """Return the tract's complex gain at each frequency: a pole pair for each formant, 1 at 0 Hz.

    Shapes: frequencies `[..., bins]`, formants and bandwidths `[..., poles]`, result `[..., bins]`.
    Above the given formants the tract goes on as a tube does, one weak resonance each 1100 Hz.
    """
    higher_hz = np.arange(6000.0, 21000.0, 1100.0)
    response = np.ones(np.broadcast_shapes(frequencies_hz.shape, (*formants_hz.shape[:-1], 1)), complex)
    for place in range(formants_hz.shape[-1]):
        response = response * _pole_pair(
            frequencies_hz, formants_hz[..., place, None], bandwidths_hz[..., place, None]
        )
    for hz in higher_hz:
        response = response * _pole_pair(frequencies_hz, np.float64(hz), np.float64(300.0 + 0.06 * hz))
    return response


def _pole_pair(
    frequencies_hz: FloatArray, formant_hz: FloatArray | np.float64, bandwidth_hz: FloatArray | np.float64
) -> NDArray[np.complex128]:
    """Poles at `formant_hz`, half the bandwidth left of the axis; gain 1 at 0 Hz."""
    squared = np.square(formant_hz) + np.square(bandwidth_hz) / 4.0
    return np.asarray(squared / (squared - np.square(frequencies_hz) + 1j * bandwidth_hz * frequencies_hz))


def _shape(formants: Formants | str) -> Formants:
    if isinstance(formants, Formants):
        return formants
    if formants not in VOWELS:
        raise PychangError(f"unknown vowel {formants!r}: choose one of {' '.join(VOWELS)}")
    return VOWELS[formants]


def _pitch_curve(f0_hz: float | FloatArray, duration_s: float, sample_rate_hz: int) -> FloatArray:
    curve = np.asarray(f0_hz, dtype=np.float64)
    if curve.ndim == 0:
        curve = np.full(round(duration_s * sample_rate_hz), float(curve))
    if curve.size and not (curve.min() >= 20.0 and curve.max() < sample_rate_hz / 2.0):
        raise PychangError(f"f0_hz from {curve.min():g} to {curve.max():g}: give 20 Hz to half the rate")
    return curve


def _perform(track: VoiceTrack, f0_samples: FloatArray, seed: int, sample_rate_hz: int) -> FloatArray:
    wave = _voice(track, f0_samples, sample_rate_hz)
    if np.any(track.breath_gain) or np.any(track.noise_gain):
        wave = wave + _noises(track, f0_samples.size, seed, sample_rate_hz)
    return wave


def _voice(track: VoiceTrack, f0_samples: FloatArray, sample_rate_hz: int) -> FloatArray:
    """The harmonics: amplitudes move in straight lines from frame to frame, phase is the f0's integral."""
    if f0_samples.size == 0 or not np.any(track.voice_gain):
        return np.zeros(f0_samples.size)
    amplitudes = _harmonics(track, sample_rate_hz)
    frames = track.f0_hz.size - 1
    padding = frames * HOP_SAMPLES - f0_samples.size
    phase = _phase(np.pad(f0_samples, (0, padding), mode="edge") / sample_rate_hz)
    turn = np.exp(1j * phase).reshape(frames, HOP_SAMPLES)
    ramp = np.arange(HOP_SAMPLES) / HOP_SAMPLES
    power, wave = turn.copy(), np.zeros((frames, HOP_SAMPLES))
    for harmonic in range(amplitudes.shape[1]):
        start, end = amplitudes[:-1, harmonic, None], amplitudes[1:, harmonic, None]
        wave += np.real((start + (end - start) * ramp) * power)
        power *= turn
    return wave.reshape(-1)[: f0_samples.size]


def _phase(turns_per_sample: FloatArray) -> FloatArray:
    """Radians; a constant pitch is multiplied, not summed, so that a minute of it stays exact."""
    if np.ptp(turns_per_sample) == 0.0:
        turns = turns_per_sample[0] * np.arange(turns_per_sample.size)
    else:
        middle = 0.5 * (turns_per_sample[1:] + turns_per_sample[:-1])
        turns = np.concatenate(([0.0], np.cumsum(middle)))
    return np.asarray(2.0 * np.pi * (turns % 1.0))


def _harmonics(track: VoiceTrack, sample_rate_hz: int) -> NDArray[np.complex128]:
    """Complex amplitudes `[frames, harmonics]`, each frame scaled to the RMS `voice_gain` asks."""
    top_hz = min(TOP_HZ, 0.45 * sample_rate_hz)
    count = max(1, int(top_hz / track.f0_hz.min()))
    orders = np.arange(1, count + 1)
    frequencies_hz = track.f0_hz[:, None] * orders
    below_top = np.clip((top_hz - frequencies_hz) / 2000.0, 0.0, 1.0)
    amplitudes = _glottal_series(count) * below_top
    amplitudes = amplitudes * tract_response(frequencies_hz, track.formants_hz, track.bandwidths_hz)
    rms = np.sqrt(0.5 * np.sum(np.abs(amplitudes) ** 2, axis=1, keepdims=True))
    return np.asarray(track.voice_gain[:, None] * amplitudes / np.maximum(rms, 1e-12))


def _glottal_series(count: int) -> NDArray[np.complex128]:
    """Fourier series of the derivative of Rosenberg's pulse (the lips radiate the derivative)."""
    points = 1 << 15
    time = np.arange(points) / points
    opening = 0.5 * (1.0 - np.cos(np.pi * time / OPEN_PHASE))
    closing = np.cos(0.5 * np.pi * (time - OPEN_PHASE) / CLOSING_PHASE)
    flow = np.where(time < OPEN_PHASE, opening, np.where(time < OPEN_PHASE + CLOSING_PHASE, closing, 0.0))
    orders = np.arange(1, count + 1)
    return np.asarray(1j * orders * np.fft.rfft(flow)[1 : count + 1] / points)


def _noises(track: VoiceTrack, samples: int, seed: int, sample_rate_hz: int) -> FloatArray:
    """Breath and friction: white noise, coloured frame by frame (overlapping Hann windows)."""
    bins_hz = np.fft.rfftfreq(_NOISE_FFT, 1.0 / sample_rate_hz).astype(np.float64)
    tract = np.abs(tract_response(bins_hz, track.formants_hz, track.bandwidths_hz))
    band = np.exp(-0.5 * ((bins_hz - track.noise_hz[:, None]) / track.noise_width_hz[:, None]) ** 2)
    colour = track.breath_gain[:, None] * _unit_power(tract) + track.noise_gain[:, None] * _unit_power(band)
    frames = track.f0_hz.size
    white = np.random.default_rng(seed).standard_normal(frames * HOP_SAMPLES + _NOISE_WINDOW)
    # Four windows overlap; the root of 1.5 keeps the power of uncorrelated Hann pieces' sum at one.
    window = np.hanning(_NOISE_WINDOW + 1)[:-1] / 2.0
    pieces = np.lib.stride_tricks.sliding_window_view(white, _NOISE_WINDOW)[::HOP_SAMPLES][:frames]
    spectra = np.fft.rfft(pieces * window, _NOISE_FFT) * colour
    shaped = np.roll(np.fft.irfft(spectra, _NOISE_FFT), _NOISE_WINDOW // 2, axis=1)
    out = np.zeros(frames * HOP_SAMPLES + _NOISE_FFT)
    for frame in range(frames):
        out[frame * HOP_SAMPLES : frame * HOP_SAMPLES + _NOISE_FFT] += shaped[frame]
    return out[_NOISE_WINDOW : _NOISE_WINDOW + samples]


def _unit_power(magnitude: FloatArray) -> FloatArray:
    rms = np.sqrt(np.mean(magnitude**2, axis=-1, keepdims=True))
    return np.asarray(magnitude / np.maximum(rms, 1e-12))
