"""The seam behind which engines stand."""

import numpy as np

from pychang.analysis import analyse
from pychang.engine import ClassicEngine, Engine
from pychang.prior import draw
from tests.pychang.signals import straight_plan, vowel


def test_the_classic_engine_sings_the_prior() -> None:
    analysis = analyse(vowel(220.0, seconds=0.4, breath_db=-25.0))
    plan = straight_plan(8000, 262.0, 5.0)
    engine: Engine = ClassicEngine()
    sung = engine.render(analysis, plan)
    assert engine.name == "classic"
    assert sung.dtype == np.float32
    np.testing.assert_array_equal(sung, draw(analysis, plan).wave)


def test_engines_keep_nothing_between_notes() -> None:
    engine = ClassicEngine()
    low, high = (analyse(vowel(f0_hz, seconds=0.4, breath_db=-25.0)) for f0_hz in (150.0, 500.0))
    plan = straight_plan(8000, 262.0, 5.0)
    before = engine.render(low, plan)
    engine.render(high, plan)
    np.testing.assert_array_equal(engine.render(low, plan), before)
