"""Engines turn an analysis and a plan into a wave; which one is the caller's choice."""

from typing import Protocol

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.note import NotePlan
from pychang.prior import draw


class Engine(Protocol):
    """One note at a time, without state: safe to share between threads."""

    @property
    def name(self) -> str:
        """What users call it."""
        ...

    def render(self, analysis: Analysis, plan: NotePlan) -> FloatArray:
        """Return the note. Float32, shape [plan.samples]."""
        ...


class ClassicEngine:
    """The prior alone: partials of the recording at the wanted pitch, and its own noise."""

    name = "classic"

    def render(self, analysis: Analysis, plan: NotePlan) -> FloatArray:
        return draw(analysis, plan).wave
