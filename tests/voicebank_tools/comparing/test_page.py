"""The page stands alone, is well-formed, and holds what is to be seen and heard."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.voicebank_tools.comparing.test_tables import made_report
from voicebank_tools.comparing.page import flac_bytes, page

NAMES = {"h": "http://www.w3.org/1999/xhtml"}


@pytest.fixture(scope="module")
def text() -> str:
    return page(made_report(listened=True))


def test_it_is_well_formed_and_escapes_names(text: str) -> None:
    root = ElementTree.fromstring(text)
    assert root.findtext(".//h:h1", namespaces=NAMES) == "声 & <bank>"
    headings = [found.text for found in root.iterfind(".//h:h2", NAMES)]
    assert headings == ["hold: the vowel held for 4 s", "あ", "i", "<u>", "e", "o??", "Not done"]


def test_nothing_is_loaded_from_anywhere(text: str) -> None:
    root = ElementTree.fromstring(text)
    targets = [v for found in root.iter() for k, v in found.attrib.items() if k in {"src", "href", "action"}]
    assert targets
    assert all(target.startswith("data:") for target in targets)
    assert not re.search(r"url\(|@import|<script|<link", text)


def test_figures_carry_marks_intervals_and_meanings(text: str) -> None:
    root = ElementTree.fromstring(text)
    (better,) = root.iterfind(".//h:td[@class='better']", NAMES)
    assert better.text == "1.02 "
    assert "95 %" in better.attrib["title"]
    assert root.find(".//h:th[@title]", NAMES) is not None


def test_every_note_is_seen_and_heard_beside_its_recording(text: str) -> None:
    import soundfile

    root = ElementTree.fromstring(text)
    assert len(root.findall(".//h:figure", NAMES)) == 5 * 3  # recording, a, b; c sang nothing
    sources = [found.attrib["src"] for found in root.iterfind(".//h:audio", NAMES)]
    wave, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(sources[0].split(",")[1])), dtype="int16")
    assert rate_hz == 44100
    assert np.array_equal(wave, (8000 * np.sin(np.arange(8820) / 20)).astype(np.int16))


def test_a_report_without_sounds_has_tables_alone() -> None:
    root = ElementTree.fromstring(page(made_report()))
    assert root.find(".//h:figure", NAMES) is None
    assert root.find(".//h:table", NAMES) is not None


def test_flac_loses_nothing() -> None:
    import soundfile

    wave = np.random.default_rng(1).integers(-32768, 32767, 5000).astype(np.int16)
    assert np.array_equal(soundfile.read(io.BytesIO(flac_bytes(wave)), dtype="int16")[0], wave)
