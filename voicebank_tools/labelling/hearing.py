"""What is wrong with the sound of a clip, before anybody tries to label it."""

from collections.abc import Iterator

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.labels.segment import Transcript

SILENT_DB = -60.0
"""A clip whose loudest 10 ms are below that holds no voice."""

SHORTEST_PHONE_S = 0.03
LONGEST_CLIP_S = 600.0
LOWEST_RATE_HZ = 16_000
CLIPPED_SHARE = 1e-4
LOWEST_CLIP = 0.1
"""Quieter flat tops are those of few bits, not of an overdriven input."""

VOICED_SHARE = 0.15
"""Measured: speech of all kinds 0.36 and more, singing 0.8 and more, white noise and clicks 0."""

_HOP = SAMPLE_RATE_HZ // 100
_STEP = 4
"""Pitch is looked for at a quarter of the sample rate."""

_FRAME = 256
_BELOW_LOUDEST_DB = 30.0
_PERIODIC = 0.5
_LONGEST_PERIOD, _SHORTEST_PERIOD = SAMPLE_RATE_HZ // _STEP // 60, SAMPLE_RATE_HZ // _STEP // 1000


def levels_db(wave: FloatArray) -> FloatArray:
    """Return the level of every 10 ms, dB of full scale, not below -120. Shape [frames], at least one."""
    padded = np.pad(wave, (0, -len(wave) % _HOP)) if len(wave) else np.zeros(_HOP)
    power = np.mean(np.square(padded.reshape(-1, _HOP), dtype=np.float64), axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12)))


def first_sound_s(wave: FloatArray) -> float:
    """Return when the sound begins: the first 30 ms within 30 dB of the loudest and 10 dB over the quietest
    tenth; 0 where nothing stands out."""
    levels = levels_db(wave)
    threshold_db = max(float(levels.max()) - _BELOW_LOUDEST_DB, float(np.quantile(levels, 0.1)) + 10.0)
    loud = np.convolve(levels >= threshold_db, np.ones(3), "valid") == 3
    return float(np.argmax(loud)) * _HOP / SAMPLE_RATE_HZ if loud.any() else 0.0


def refuse_unusable(wave: FloatArray, transcript: Transcript) -> None:
    """Raise PychangError, with the cure, for a clip that cannot be labelled: silent, or too short for its
    phones."""
    seconds = len(wave) / SAMPLE_RATE_HZ
    phones = sum(len(word.phones) for word in transcript.words)
    if float(levels_db(wave).max()) < SILENT_DB:
        raise PychangError("is silent; record it again")
    if seconds < phones * SHORTEST_PHONE_S:
        raise PychangError(f"{seconds:.2f} s are too short for {phones} phones; is it the right text?")


def refuse_long(seconds: float) -> None:
    """Raise PychangError, with the cure, for what is no clip but a whole recording."""
    if seconds > LONGEST_CLIP_S:
        raise PychangError(f"{seconds / 60.0:.0f} minutes are too long for a clip; cut it with vbtools slice")


def doubts(recorded: FloatArray, rate_hz: int, wave: FloatArray) -> Iterator[tuple[str, str]]:
    """Yield (what is doubtful, cure) about a clip that can be labelled.

    `recorded`, `rate_hz`: as it is in the file, [samples, channels]; `wave`: mono at 44.1 kHz, [samples].
    """
    if rate_hz < LOWEST_RATE_HZ:
        why = f"was recorded at {rate_hz} Hz: consonants are missing above {rate_hz // 2} Hz"
        yield why, "look at its labels, or record at 44100 Hz"
    if clipped_share(recorded) > CLIPPED_SHARE:
        yield "is clipped", "record it again with less gain"
    if voiced_share(wave) < VOICED_SHARE:
        yield "hardly any voiced sound is heard (noise, whisper?)", "look at its labels or take it out"


def clipped_share(recorded: FloatArray) -> float:
    """Return the share of samples that stay exactly at the file's peak for three samples or more.
    `recorded`: [samples, channels]; a resampled wave has no flat tops any more."""
    levels = np.abs(recorded)
    at_peak = levels == max(float(levels.max()), LOWEST_CLIP)
    flat = at_peak[2:] & at_peak[1:-1] & at_peak[:-2]
    return float(np.count_nonzero(flat)) / recorded.size


def voiced_share(wave: FloatArray) -> float:
    """Return the share of frames within 30 dB of the loudest whose autocorrelation has a peak above 0.5 at
    a period of 60 to 1000 Hz."""
    coarse = np.asarray(wave[: len(wave) // _STEP * _STEP].reshape(-1, _STEP).mean(axis=1), dtype=np.float64)
    if len(coarse) < 2 * _FRAME:
        return 1.0
    frames = np.lib.stride_tricks.sliding_window_view(coarse, 2 * _FRAME)[::_FRAME]
    frames = frames - frames[:, :_FRAME].mean(axis=1, keepdims=True)
    power = np.mean(frames[:, :_FRAME] ** 2, axis=1)
    frames = frames[power > np.max(power) * 10.0 ** (-_BELOW_LOUDEST_DB / 10.0)]
    if not len(frames):
        return 0.0
    size = 4 * _FRAME
    # Correlate the first half with the whole: every lag then has as many products.
    spectra = np.conj(np.fft.rfft(frames[:, :_FRAME], size)) * np.fft.rfft(frames, size)
    products = np.fft.irfft(spectra, size)[:, : _FRAME + 1]
    energy = np.pad(np.cumsum(frames**2, axis=1), ((0, 0), (1, 0)))
    shifted = energy[:, _FRAME:] - energy[:, : _FRAME + 1]
    similarity = products / np.sqrt(np.maximum(shifted * shifted[:, :1], 1e-20))
    return float(np.mean(similarity[:, _SHORTEST_PERIOD : _LONGEST_PERIOD + 1].max(axis=1) > _PERIODIC))
