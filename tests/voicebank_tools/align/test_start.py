import numpy as np

from voicebank_tools.align.features import hear
from voicebank_tools.align.start import class_scores
from voicebank_tools.demo_voice import synthesise_vowel

PHONES = ["SP", "a", "s"]


def test_silence_vowel_and_hiss_are_told_apart_before_anything_is_learnt() -> None:
    random = np.random.default_rng(1)
    hiss = np.diff(0.03 * random.standard_normal(10001))
    wave = np.concatenate([np.zeros(10000), synthesise_vowel(220.0, duration_s=0.25), hiss])
    scores = class_scores(hear(wave + 1e-5 * random.standard_normal(len(wave))).cues, PHONES)
    assert scores.shape == (len(wave) // 220 + 1, 9)
    best = np.argmax(scores[:, 1::3], axis=1)
    silent, sung, hissed = best[5:40], best[52:90], best[105:135]
    assert (np.mean(silent == 0), np.mean(sung == 1), np.mean(hissed == 2)) > (0.9, 0.9, 0.9)


def test_a_noisy_clip_has_a_louder_pause() -> None:
    cues = np.zeros((200, 3), dtype=np.float32)
    cues[:100, 0] = -32.0
    cues[100:, 1] = 0.95
    cues[100:, 2] = -15.0
    scores = class_scores(cues, PHONES)
    assert (scores[:100, 1] > scores[:100, 4]).all()
    assert (scores[100:, 4] > scores[100:, 1]).all()
