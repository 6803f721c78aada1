"""The neural engine: the prior where the network says nothing, the network's levels where it does."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pychang import generator
from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.conditions import SCALARS, conditions, course_of
from pychang.engine import ClassicEngine, Engine
from pychang.generator import load_generator
from pychang.image import IMAGE_HOP_SAMPLES
from pychang.neural import NeuralEngine
from pychang.note import NotePlan
from pychang.prior import draw
from tests.pychang.signals import error_db, power_db, straight_plan, syllable, vowel
from tests.pychang.tiny_generator import NOTHING, Weights, weights, write_model

SAMPLES = 33000


@cache
def sung() -> Analysis:
    return analyse(vowel(220.0, seconds=0.8, breath_db=-20.0))


def engine(tmp_path: Path, w: Weights, code: FloatArray | None = None) -> NeuralEngine:
    """Of a voice that is known at every pitch."""
    made = load_generator(write_model(tmp_path / "g.onnx", w))
    return NeuralEngine(made, made.neutral_code if code is None else code, pitch_hz=(50.0, 2000.0))


def constant(harmonic_db: float, noise_db: float) -> Weights:
    """The same gains everywhere, as long as a recording is voiced throughout."""
    by_scalars = np.zeros_like(NOTHING.by_scalars)
    by_scalars[SCALARS.index("voicing")] = harmonic_db, noise_db
    return replace(NOTHING, by_scalars=by_scalars)


def test_an_untrained_network_is_the_classic_engine_bit_for_bit(tmp_path: Path) -> None:
    made: Engine = engine(tmp_path, NOTHING)
    assert made.name == "neural"
    for plan in (straight_plan(SAMPLES, 330.0, 5.0), straight_plan(SAMPLES, 220.0, 5.0, speed=0.3)):
        wave = made.render(sung(), plan)
        assert wave.dtype == np.float32
        assert wave.tobytes() == ClassicEngine().render(sung(), plan).tobytes()


def test_a_voice_that_none_was_fitted_to_is_given_half_the_gains(tmp_path: Path) -> None:
    plan = straight_plan(SAMPLES, 330.0, 10.0)
    fitted, half = engine(tmp_path, constant(6.0, 0.0)), engine(tmp_path, constant(3.0, 0.0))
    stranger = replace(fitted, pitch_hz=None)
    assert error_db(stranger.render(sung(), plan), half.render(sung(), plan)) < -90


def test_gains_reach_each_part(tmp_path: Path) -> None:
    plan = straight_plan(SAMPLES, 330.0, 10.0)
    picture = draw(sung(), plan)
    changed = engine(tmp_path, constant(6.0, -4.0)).corrected(sung(), plan, picture)
    inside = slice(2000, -2000)
    # what lies under the fundamental is not the voice's: it stays
    assert error_db(changed.harmonic[inside], picture.harmonic[inside] * 10 ** (6 / 20)) < -50
    assert error_db(changed.noise[inside], picture.noise[inside] * 10 ** (-4 / 20)) < -25


@pytest.mark.parametrize(("beyond", "share"), [(-5.0, 1.0), (3.0, 1.0), (5.0, 0.5), (7.0, 0.0), (12.0, 0.0)])
@pytest.mark.parametrize("way", [1.0, -1.0])
def test_a_fitted_voice_is_left_alone_where_it_was_never_heard(
    beyond: float, share: float, way: float, tmp_path: Path
) -> None:
    """Semitones beyond the pitches it was fitted to -> how much of 6 dB."""
    plan = straight_plan(SAMPLES, 330.0, 10.0)
    edge_hz = 330.0 * 2.0 ** (-way * beyond / 12.0)
    known_hz = (edge_hz / 4.0, edge_hz) if way > 0.0 else (edge_hz, 4.0 * edge_hz)
    fitted = replace(engine(tmp_path, constant(6.0, 0.0)), pitch_hz=known_hz)
    picture = draw(sung(), plan)
    changed = fitted.corrected(sung(), plan, picture)
    inside = slice(2000, -2000)
    assert power_db(changed.harmonic[inside]) - power_db(picture.harmonic[inside]) == pytest.approx(
        6.0 * share, abs=0.1
    )
    if not share:
        assert changed is picture


def test_a_copy_stays_the_copy_whatever_the_network_says(tmp_path: Path) -> None:
    analysis = analyse(syllable(220.0))
    plan = straight_plan(SAMPLES, 220.0, 2.0)
    own = np.interp(plan.source_frames, np.arange(len(analysis.f0_hz)), analysis.continuous_f0_hz)
    plan = replace(plan, f0_hz=own)
    wave = engine(tmp_path, weights(3.0)).render(analysis, plan)
    assert wave.tobytes() == draw(analysis, plan).wave.tobytes()


def test_the_part_of_a_note_that_is_a_copy_stays_it(tmp_path: Path) -> None:
    plan = straight_plan(SAMPLES, 220.0, 5.0)
    half = len(plan.f0_hz) // 2
    plan = replace(plan, f0_hz=np.where(np.arange(len(plan.f0_hz)) < half, plan.f0_hz, 300.0))
    wave, classic = engine(tmp_path, weights(3.0)).render(sung(), plan), draw(sung(), plan).wave
    kept = (half - 20) * 220
    assert wave[:kept].tobytes() == classic[:kept].tobytes()
    assert error_db(wave[-8000:], classic[-8000:]) > -20


def test_the_voice_code_is_heard(tmp_path: Path) -> None:
    plan = straight_plan(SAMPLES, 330.0, 5.0)
    w = replace(NOTHING, by_code=np.eye(16, 2, dtype=np.float32))
    code = np.zeros(16, np.float32)
    code[0] = 5.0
    loud, neutral = engine(tmp_path, w, code), engine(tmp_path, w)
    assert neutral.render(sung(), plan).tobytes() == draw(sung(), plan).wave.tobytes()
    gain_db = power_db(loud.render(sung(), plan)) - power_db(neutral.render(sung(), plan))
    assert gain_db == pytest.approx(5.0, abs=0.2)


def test_a_long_note_is_the_same_in_pieces_as_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, plan = engine(tmp_path, weights(2.0)), straight_plan(12 * 44100, 300.0, 5.0, speed=0.05)
    told = conditions(sung(), plan, draw(sung(), plan), course_of(sung(), plan))
    assert len(told.scalars) > generator.PIECE_FRAMES  # two pieces
    whole = made.generator.gains(told, made.code, piece_frames=10_000)
    assert np.abs(made.generator.gains(told, made.code) - whole).max() < 1e-4
    seam = generator.PIECE_FRAMES * IMAGE_HOP_SAMPLES
    wave = made.render(sung(), plan)
    steps = np.abs(np.diff(wave))
    assert steps[seam - 500 : seam + 500].max() <= steps[: seam - 500].max()


def test_the_same_note_gives_the_same_bytes(tmp_path: Path) -> None:
    made, plan = engine(tmp_path, weights()), straight_plan(SAMPLES, 330.0, 5.0)
    first = made.render(sung(), plan)
    made.render(analyse(vowel(400.0)), straight_plan(9000, 300.0))
    assert made.render(sung(), plan).tobytes() == first.tobytes()


@pytest.mark.parametrize("samples", [1, 100, 441, 3000])
def test_the_shortest_notes(samples: int, tmp_path: Path) -> None:
    wave = engine(tmp_path, weights()).render(sung(), straight_plan(samples, 330.0, 5.0))
    assert len(wave) == samples
    assert np.isfinite(wave).all()


def test_a_held_vowel_has_one_colour(tmp_path: Path) -> None:
    """Gains that follow the phrase's pitch would wander through a held vowel's vibrato."""
    by_scalars = np.zeros_like(NOTHING.by_scalars)
    by_scalars[SCALARS.index("octaves")] = 30.0, 30.0
    made = engine(tmp_path, replace(NOTHING, by_scalars=by_scalars))
    plan = straight_plan(SAMPLES, 330.0, 5.0)
    frames = np.arange(len(plan.f0_hz))
    plan = replace(plan, f0_hz=330.0 * 2 ** (np.sin(frames / 8.0) / 6))
    held = replace(plan, held=np.ones(len(frames)))

    def swing_db(note: NotePlan) -> float:
        picture = draw(sung(), note)
        ratio = made.corrected(sung(), note, picture).noise / (picture.noise + 1e-9)
        blocks = np.abs(ratio[2000:-2000]).reshape(-1, 500)
        return float(np.ptp(20 * np.log10(np.median(blocks, axis=1))))

    assert swing_db(held) < 0.5
    assert swing_db(plan) > 2.0


def test_another_speed_alone_is_left_to_the_classic_engine(tmp_path: Path) -> None:
    plan = straight_plan(SAMPLES, 220.0, 5.0, speed=0.8)
    own = np.interp(plan.source_frames, np.arange(len(sung().f0_hz)), sung().continuous_f0_hz)
    plan = replace(plan, f0_hz=own)
    wave = engine(tmp_path, weights(3.0)).render(sung(), plan)
    assert wave.tobytes() == draw(sung(), plan).wave.tobytes()


def test_a_vowel_held_at_its_own_pitch_is_left_to_the_classic_engine(tmp_path: Path) -> None:
    plan = straight_plan(SAMPLES, 220.0, 5.0, speed=0.2)
    plan = replace(plan, held=np.ones(len(plan.f0_hz)))
    wave = engine(tmp_path, weights(3.0)).render(sung(), plan)
    assert wave.tobytes() == draw(sung(), plan).wave.tobytes()
