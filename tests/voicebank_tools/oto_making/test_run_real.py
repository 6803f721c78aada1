"""From recordings to oto.ini and to a sung note, with real singing; figures in docs/alignment.md."""

import shutil
from pathlib import Path

import numpy as np

from voicebank_tools.aliases import BankKind
from voicebank_tools.labelling.run import LabelOptions, label_folder
from voicebank_tools.oto import OtoFile
from voicebank_tools.oto_making.naming import Naming
from voicebank_tools.oto_making.run import OtoOptions, make_oto
from voicebank_tools.transcripts.sources import TextOptions
from voicebank_tools.voicebank import load_voicebank


def test_a_vcv_bank_near_its_makers_oto(shared_data: Path, tmp_path: Path) -> None:
    source, bank = shared_data / "utau-yuki-mini", tmp_path / "bank"
    bank.mkdir()
    for path in source.glob("*.wav"):
        shutil.copyfile(path, bank / path.name)
    named = TextOptions("ja", names=True)
    label_folder(LabelOptions(bank, tmp_path / "labels", named, 100.0, pictures=0), lambda *_: None)
    report = make_oto(OtoOptions(bank, tmp_path / "labels", Naming(BankKind.VCV)), lambda *_: None)
    assert report.written == (bank / "oto.ini",)
    made = {(one.wav_path.name, one.alias): one for one in load_voicebank(bank).entries}
    hand = [one for one in OtoFile.read(source / "oto.ini").entries if not one.alias[-1].isdigit()]
    pairs = [(one, made[key]) for one in hand if (key := (one.wav_path.name, one.alias)) in made]
    assert len(pairs) >= 0.95 * len(hand)
    off_ms = [
        abs(ours.offset_ms + ours.preutterance_ms - one.offset_ms - one.preutterance_ms)
        for one, ours in pairs
    ]
    assert np.median(off_ms) < 10.0
    assert np.mean(np.array(off_ms) <= 50.0) > 0.85
    for _, ours in pairs:
        assert 0.0 <= ours.overlap_ms <= ours.preutterance_ms <= ours.consonant_ms < -ours.cutoff_ms
