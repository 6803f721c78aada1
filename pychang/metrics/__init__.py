"""How near a note is to a recording, and how steadily it holds: the figures every change is judged by.

Distances follow common practice: log-mel distance as vocoder papers report it, mel-cepstral distortion
after Kubichek (1993) on WORLD's coded envelope (Morise 2016), pitch by Harvest (Morise 2017),
aperiodicity by D4C (Morise 2016). The estimators are another's, so that the engine does not judge itself.
Needs librosa, the `measure` extra; never imported on the path of a note. Waves are mono at 44.1 kHz.
"""

from pychang.metrics.brightness import brightness_db, high_band_db
from pychang.metrics.likeness import (
    Comparison,
    compare,
    mel_distance_db,
    vowel_cepstral_db,
    vowel_distance_db,
    warped_mel_distance_db,
)
from pychang.metrics.pitch import PITCH_FRAME_MS, pitch_error, pitch_hz, steady_pitch
from pychang.metrics.spectra import FRAME_MS, SHORTEST_SAMPLES, log_mel_db
from pychang.metrics.steadiness import click_db, warble_db
from pychang.metrics.texture import (
    PatchMoments,
    movement_distance_db,
    patch_moments,
    pooled,
    texture_distance_db,
)

__all__ = [
    "FRAME_MS",
    "PITCH_FRAME_MS",
    "SHORTEST_SAMPLES",
    "Comparison",
    "PatchMoments",
    "brightness_db",
    "click_db",
    "compare",
    "high_band_db",
    "log_mel_db",
    "mel_distance_db",
    "movement_distance_db",
    "patch_moments",
    "pitch_error",
    "pitch_hz",
    "pooled",
    "steady_pitch",
    "texture_distance_db",
    "vowel_cepstral_db",
    "vowel_distance_db",
    "warble_db",
    "warped_mel_distance_db",
]
