"""The generator: a small U-Net over the band image that strides in frequency only (Keras 3, `keras.ops`).

Time is kept, so any length goes through without seams; the head starts at zero, so that an untrained network
changes nothing; its gains are bounded and smoothed over time. Of a voice that nobody fitted (its code is all
zeros) the network sees no picture: what it then does is what all voices need. What is known of the note
(scalars) and of the voice (code) enters every level by feature-wise modulation (FiLM, Perez et al. 2018).
The pix2pix U-Net (Isola et al. 2017) is its ancestor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pychang import PychangError
from pychang.conditions import CHANNELS, SCALARS
from pychang.image import BANDS, SPAN_DB, band_centres_hz
from pychang.model_file import CODE_SIZE
from voicebank_tools.training.backend import import_keras

if TYPE_CHECKING:
    import keras

TOLD_OF_ALL = frozenset({"distance", "speed", "voicing"})
"""Those of the SCALARS that the network also hears of a voice without a code, whose image it does not see."""

_KERNEL = (3, 5)
_SLOPE = 0.1
_CONDITION = (48, 32)
_MODULATION_DEVIATION = 0.02

_LOW_HZ, _HIGH_HZ = 1200.0, 2500.0  # between them the bound of the noise falls from low to high
_LEAK_HZ = 250.0  # farther from a partial the window's leakage is 70 dB down
_ALL_PARTIAL_DB, _NO_PARTIAL_DB = 20.0, 30.0  # below the loudest band within that reach


@dataclass(frozen=True)
class NetworkOptions:
    """The shape of a generator.

    Attributes:
        channels: At each level from the finest; every level halves the bands.
        bounds_db: Largest gain of the harmonic and of the noise part.
        low_noise_db: Largest gain of the noise below 1.2 kHz, falling to `bounds_db` at 2.5 kHz. Between low
            partials the classic engine draws next to no noise, where recordings have it (measured: 6 to 8 dB
            missing after one change of pitch, 12 to 15 of the noise part alone).
        smoothing_frames: Length of the Hann window over the gains, odd; 1: none.
        code_size: Numbers in a voice code.
    """

    channels: tuple[int, ...] = (16, 24, 32, 48)
    bounds_db: tuple[float, float] = (12.0, 6.0)
    low_noise_db: float = 24.0
    smoothing_frames: int = 5
    code_size: int = CODE_SIZE

    @property
    def largest_db(self) -> tuple[float, float]:
        """Largest gain of the harmonic and of the noise part in any band."""
        return self.bounds_db[0], max(self.bounds_db[1], self.low_noise_db)

    @property
    def context_frames(self) -> int:
        """How many frames on each side of a frame can change its gains."""
        levels = len(self.channels)
        convolutions = 1 + (levels - 1) + 2 * (2 * levels - 1) + 1  # stem, downs, blocks, head
        return convolutions * (_KERNEL[0] // 2) + self.smoothing_frames // 2


def build_network(options: NetworkOptions) -> keras.Model:
    """Return an untrained generator: (image [B, T, bands, 3], scalars [B, T, 5], code [B, code_size]) ->
    gains in dB [B, T, bands, 2], all of them 0.

    Raises:
        PychangError: Keras is not installed, or the bands cannot be halved as often as `options` asks.
    """
    keras = import_keras()
    from keras import ops

    if BANDS % 2 ** len(options.channels):
        raise PychangError(f"{len(options.channels)} levels do not divide {BANDS} bands; give at most 4")
    image = keras.Input((None, BANDS, len(CHANNELS)), name="image")
    scalars = keras.Input((None, len(SCALARS)), name="scalars")
    code = keras.Input((options.code_size,), name="code")
    known = _known(code)
    condition = _condition(_told(scalars, known), code)
    seen = _with_position(image * ops.reshape(known, (-1, 1, 1, 1)))
    x = _convolved(seen, options.channels[0], _KERNEL, (1, 2), "stem")
    skips = []
    for level, channels in enumerate(options.channels):
        if level:
            x = _convolved(x, channels, (3, 4), (1, 2), f"down{level}")
        x = _block(_modulated(x, condition, channels, f"down{level}"), channels, f"down{level}")
        skips.append(x)
    for level in reversed(range(len(options.channels) - 1)):
        x = _up(x, skips[level], condition, options.channels[level], f"up{level}")
    gains = _smoothed(_head(x, options) * _partials(image[..., :1]), options.smoothing_frames)
    network = keras.Model([image, scalars, code], gains, name="generator")
    if options.smoothing_frames > 1:
        network.get_layer("smoothing").set_weights([_hann_kernel(options.smoothing_frames)])
    return network


def _known(code: Any) -> Any:
    """1 for a voice with a code, 0 for the neutral one. Shape [B]."""
    from keras import ops

    return ops.cast(ops.max(ops.abs(code), axis=-1) > 0.0, "float32")


def _told(scalars: Any, known: Any) -> Any:
    """What a voice may be told: one that nobody fitted only `TOLD_OF_ALL`. Shape kept.

    Which partials a voice has, at which pitch, up or down: what was learnt of that from other voices is wrong
    for it more often than not (measured: with it true pairs of a stranger came nearer in 1 of 8).
    """
    from keras import ops

    of_all = np.array([name in TOLD_OF_ALL for name in SCALARS], np.float32)
    known = ops.reshape(known, (-1, 1, 1))
    return scalars * (known * (1.0 - of_all) + of_all)


def _condition(scalars: Any, code: Any) -> Any:
    """What is known of each frame and of the voice. Shape [B, T, features]."""
    from keras import layers, ops

    wide, narrow = _CONDITION
    of_note = layers.Dense(wide, name="note")(scalars)
    of_voice = layers.Dense(wide, use_bias=False, name="voice")(code)
    both = layers.LeakyReLU(_SLOPE)(of_note + ops.expand_dims(of_voice, 1))
    return layers.Dense(narrow, name="condition")(both)


def _with_position(image: Any) -> Any:
    """Tell the network which band is which: convolution alone cannot know. Shape [B, T, bands, 4]."""
    from keras import ops

    position = np.linspace(-1.0, 1.0, BANDS, dtype=np.float32)[None, None, :, None]
    return ops.concatenate([image, ops.ones_like(image[..., :1]) * position], axis=-1)


def _convolved(x: Any, channels: int, kernel: tuple[int, int], strides: tuple[int, int], name: str) -> Any:
    from keras import layers

    x = layers.Conv2D(channels, kernel, strides=strides, padding="same", name=f"{name}_conv")(x)
    return layers.LeakyReLU(_SLOPE)(x)


def _block(x: Any, channels: int, name: str) -> Any:
    """Two convolutions about which the image can also pass unchanged."""
    from keras import layers

    y = _convolved(x, channels, _KERNEL, (1, 1), f"{name}_a")
    y = layers.Conv2D(channels, _KERNEL, padding="same", name=f"{name}_b")(y)
    return layers.LeakyReLU(_SLOPE)(layers.Add()([x, y]))


def _modulated(x: Any, condition: Any, channels: int, name: str) -> Any:
    from keras import initializers, layers, ops

    small = initializers.RandomNormal(stddev=_MODULATION_DEVIATION)
    both = layers.Dense(2 * channels, kernel_initializer=small, name=f"{name}_film")(condition)
    both = ops.expand_dims(both, 2)
    return x * (1.0 + both[..., :channels]) + both[..., channels:]


def _up(x: Any, skip: Any, condition: Any, channels: int, name: str) -> Any:
    from keras import layers

    x = layers.Conv2DTranspose(channels, (1, 4), strides=(1, 2), padding="same", name=f"{name}_conv")(x)
    x = layers.Concatenate()([layers.LeakyReLU(_SLOPE)(x), skip])
    x = layers.Conv2D(channels, 1, name=f"{name}_mix")(x)
    return _block(_modulated(x, condition, channels, name), channels, name)


def _head(x: Any, options: NetworkOptions) -> Any:
    from keras import layers

    x = layers.Conv2DTranspose(
        2, (3, 4), strides=(1, 2), padding="same", kernel_initializer="zeros", name="head"
    )(x)
    return layers.Activation("tanh")(x) * _bounds_db(options)


def _bounds_db(options: NetworkOptions) -> np.ndarray[Any, Any]:
    """Largest gain of both parts in every band. Float32, shape [bands, 2]."""
    noise_db = np.interp(band_centres_hz(), [_LOW_HZ, _HIGH_HZ], [options.low_noise_db, options.bounds_db[1]])
    harmonic_db = np.full(BANDS, options.bounds_db[0])
    return np.stack([harmonic_db, noise_db], axis=1).astype(np.float32)


def _partials(harmonic: Any) -> Any:
    """How far each band holds a partial of its own, and not the window's leakage of its neighbours, of which
    a gain would make nothing: for the harmonic part's gains, 1 for the noise's. Shape [B, T, bands, 2].

    Args:
        harmonic: The harmonic part's picture. Shape [B, T, bands, 1].
    """
    from keras import ops

    hz = band_centres_hz()
    reach = np.array([(np.abs(hz - centre) <= _LEAK_HZ).sum() // 2 for centre in hz])
    loudest = harmonic
    for bands in range(1, int(reach.max()) + 1):
        pooled = ops.max_pool(harmonic, (1, 2 * bands + 1), strides=1, padding="same")
        within = (reach >= bands).astype(np.float32)[None, None, :, None]
        loudest = loudest + (pooled - loudest) * within
    below_db = SPAN_DB * (loudest - harmonic)
    share = ops.clip((_NO_PARTIAL_DB - below_db) / (_NO_PARTIAL_DB - _ALL_PARTIAL_DB), 0.0, 1.0)
    return ops.concatenate([share, ops.ones_like(share)], axis=-1)


def _smoothed(gains: Any, frames: int) -> Any:
    """A fixed Hann window over time: what flickers is no voice."""
    from keras import layers

    if frames < 2:
        return gains
    window = layers.DepthwiseConv2D(
        (frames, 1), padding="same", use_bias=False, trainable=False, name="smoothing"
    )
    return window(gains)


def _hann_kernel(frames: int) -> np.ndarray[Any, Any]:
    window = np.hanning(frames + 2)[1:-1]
    kernel = (window / window.sum()).astype(np.float32)
    return np.repeat(kernel[:, None, None, None], 2, axis=2)
