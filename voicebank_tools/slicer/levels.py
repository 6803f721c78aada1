"""Level and voicing of every frame of a recording, measured in one streamed pass."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from voicebank_tools.slicer.sound import Sound, check_values

SILENT_DB = -120.0
"""Level of digital silence."""

_LOW_RATE_HZ = 8820  # voicing is looked for at about this rate: keeps seven harmonics of a high voice
_WINDOW_S = 0.03  # nearly two periods of the deepest voice
_BLOCK_S = 6.0
_FLOOR_HZ, _CEILING_HZ = 60.0, 1200.0
_FRAMES_AT_ONCE = 1024  # stays within the processor's cache
_HOPS_AT_ONCE = 2**16  # bounds the memory of a long recording
_EACH = 2  # voicing of every second frame is taken for both: it changes more slowly than the level
_QUIET_DB = -80.0  # nobody sings so softly: saves looking


@dataclass(frozen=True)
class Levels:
    """A recording, frame by frame; frame i is centred on sample (i + 0.5) * hop_samples.

    Attributes:
        samples: Length of the recording.
        rate_hz: Sample rate in hertz.
        hop_samples: Distance of frames.
        level_db: Power around the frame's mean (no DC offset), dB of full scale. Shape [frames].
        voicing: Periodicity between 60 and 1200 Hz, 0 to 1; two frames share a value. Shape [frames].
    """

    samples: int
    rate_hz: int
    hop_samples: int
    level_db: FloatArray
    voicing: FloatArray

    def frames_in(self, duration_s: float) -> int:
        """Return the nearest whole number of frames, at least one."""
        return max(1, round(duration_s * self.rate_hz / self.hop_samples))


def measure_levels(sound: Sound, hop_s: float, on_share: Callable[[float], None] | None = None) -> Levels:
    """Measure a recording from its first to its last sample; a last part of a hop is no frame.
    `on_share` is told which share of it has been.

    Voicing is the highest normalised autocorrelation (Boersma 1993) of the frame at a low rate.
    Raises PychangError for samples that are no sound and for a file that breaks off.
    """
    rate_hz = sound.format.rate_hz
    factor = max(1, round(rate_hz / _LOW_RATE_HZ))
    hop = factor * max(1, round(hop_s * rate_hz / factor))
    around = max(1, round((_WINDOW_S * rate_hz / hop - 1.0) / 2.0))  # hops of a window on either side
    meter = _Meter(hop, factor, around, rate_hz / factor)
    count = 0
    for block in sound.blocks(hop * max(1, round(_BLOCK_S * rate_hz / hop))):
        check_values(sound.path, block, count)
        count += len(block)
        meter.add(block)
        if on_share is not None:
            on_share(count / max(count, sound.claimed_samples))
    if count < sound.claimed_samples:
        raise PychangError(
            f"{sound.path} breaks off: {count} of {sound.claimed_samples} samples can be read;"
            " export it again"
        )
    level_db, voicing = meter.finish()
    return Levels(count, rate_hz, hop, level_db, voicing)


class _Meter:
    """Takes blocks of whole hops; carries over what windows need of the block before."""

    def __init__(self, hop: int, factor: int, around: int, low_rate_hz: float) -> None:
        self._hop, self._factor, self._around, self._low_rate_hz = hop, factor, around, low_rate_hz
        self._low_hop = hop // factor
        self._sums: list[FloatArray] = []
        self._powers: list[FloatArray] = []
        self._voicing: list[FloatArray] = []
        self._low = np.zeros(around * self._low_hop, np.float32)

    def add(self, block: FloatArray) -> None:
        hops = len(block) // self._hop
        if not hops:
            return
        parts = block[: hops * self._hop].reshape(hops, self._hop, -1)
        self._sums.append(parts.sum(axis=1, dtype=np.float64))
        self._powers.append(np.einsum("hsc,hsc->h", parts, parts, dtype=np.float64))
        mono = parts[..., 0] if parts.shape[2] == 1 else parts.mean(axis=2, dtype=np.float32)
        low = _thinned(mono.reshape(-1), self._factor)
        self._low = np.concatenate([self._low, low])
        self._find_voicing()

    def finish(self) -> tuple[FloatArray, FloatArray]:
        if not self._sums:  # shorter than one hop
            return np.full(1, SILENT_DB, np.float32), np.zeros(1, np.float32)
        self._low = np.concatenate([self._low, np.zeros((self._around + _EACH) * self._low_hop, np.float32)])
        self._find_voicing()
        sums, powers = np.concatenate(self._sums), np.concatenate(self._powers)
        level_db = np.empty(len(powers), np.float32)
        for first in range(0, len(powers), _HOPS_AT_ONCE):
            begin, stop = max(0, first - self._around), first + _HOPS_AT_ONCE + self._around
            part = _window_level_db(sums[begin:stop], powers[begin:stop], self._hop, self._around)
            level_db[first : first + _HOPS_AT_ONCE] = part[first - begin : first - begin + _HOPS_AT_ONCE]
        return level_db, np.concatenate(self._voicing)[: len(level_db)]

    def _find_voicing(self) -> None:
        """Frames whose window is complete; the rest waits for the next block."""
        size = (2 * self._around + 1) * self._low_hop
        if len(self._low) < size:
            return
        windows = np.lib.stride_tricks.sliding_window_view(self._low, size)[:: self._low_hop]
        ready = len(windows) // _EACH * _EACH
        for first in range(0, ready, _FRAMES_AT_ONCE):
            frames = windows[first : min(first + _FRAMES_AT_ONCE, ready) : _EACH]
            self._voicing.append(np.repeat(_periodicity(frames, self._low_rate_hz), _EACH))
        self._low = self._low[ready * self._low_hop :].copy()


def _thinned(mono: FloatArray, factor: int) -> FloatArray:
    """Return means of `factor` samples: a cheap low-pass is enough to tell voiced from not."""
    total = mono[::factor].copy()
    for phase in range(1, factor):
        total += mono[phase::factor]
    return total / np.float32(factor)


def _periodicity(frames: FloatArray, rate_hz: float) -> FloatArray:
    """Return the highest normalised autocorrelation of each frame. Shapes [frames, size] -> [frames]."""
    size = frames.shape[1]
    found = np.zeros(len(frames), np.float32)
    power = np.einsum("fs,fs->f", frames, frames) / size
    loud = power > 10.0 ** (_QUIET_DB / 10.0)
    if not loud.any():
        return found
    longest = min(int(rate_hz / _FLOOR_HZ), size - 1)
    shortest = max(2, int(rate_hz / _CEILING_HZ))
    fft_size = 1 << (size + longest - 1).bit_length()
    centred = frames[loud] - frames[loud].mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, fft_size)
    correlation = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, fft_size)[:, : longest + 1]
    correlation /= np.maximum(correlation[:, :1], 1e-12) * (1.0 - np.arange(longest + 1) / size)
    # A period is a maximum; rumble correlates with itself over any short lag.
    here = correlation[:, shortest:-1]
    is_peak = (here >= correlation[:, shortest - 1 : -2]) & (here >= correlation[:, shortest + 1 :])
    found[loud] = np.clip(np.where(is_peak, here, 0.0).max(axis=1), 0.0, 1.0)
    return found


def _window_level_db(sums: FloatArray, powers: FloatArray, hop: int, around: int) -> FloatArray:
    """Return the power around the mean in windows of 2 * around + 1 hops.
    Shapes [hops, channels], [hops] -> [hops]."""
    ones = np.ones(2 * around + 1)
    samples = np.convolve(np.full(len(powers), float(hop)), ones)[around : around + len(powers)]
    power = np.convolve(powers, ones)[around : around + len(powers)]
    means = [np.convolve(channel, ones)[around : around + len(powers)] / samples for channel in sums.T]
    variance = (power / samples - sum(mean**2 for mean in means)) / len(means)
    # What the subtraction leaves of a constant is rounding.
    floor = 10.0 ** (SILENT_DB / 10.0)
    return np.asarray(10.0 * np.log10(np.maximum(variance, floor)), np.float32)
