"""The demo voicebank: the demo voice recorded, mora by mora, as a UTAU singer's folder."""

from pathlib import Path

from pychang.audio import write_wav
from pychang.files import write_atomically
from pychang.units import midi_to_hz
from voicebank_tools.demo_phonemes import Mora, synthesise_mora
from voicebank_tools.kana import SYLLABIC_N, romaji_of

BANK_NAME = "PyChang Demo"
BANK_ENCODING = "cp932"
"""UTAU's own: every host reads it without being told."""

README_NAME, OTO_NAME = "readme.txt", "oto.ini"
BANK_TONE_MIDI = 60
FLUTTER_CENTS = 6.0

MORAE = (
    "あいうえお かきくけこ がぎぐげご さしすせそ ざじずぜぞ たちつてと だでど なにぬねの はひふへほ"
    " ばびぶべぼ ぱぴぷぺぽ まみむめも やゆよ らりるれろ わん"
)
PALATAL_ROWS = "きぎしじちにひびぴみり"

_CHARACTER = f"name={BANK_NAME}\r\nauthor=PyChang\r\nweb=\r\nversion=1\r\n"
_CHARACTER_YAML = f"name: {BANK_NAME}\nsinger_type: utau\ntext_file_encoding: shift_jis\n"
_README = (
    "Nobody sang this: every recording was computed by PyChang (vbtools demo).\r\n"
    "One mora a file, C4, 44.1 kHz, 16 bit. Free for any use.\r\n"
)


def demo_morae() -> tuple[str, ...]:
    """Return every mora of the demo bank in hiragana, plain rows first, then きゃ きゅ きょ and so on."""
    plain = tuple(kana for kana in MORAE if kana != " ")
    return plain + tuple(row + small for row in PALATAL_ROWS for small in "ゃゅょ")


def file_stem(kana: str) -> str:
    """Return the recording's file name without `.wav`: Hepburn, so that it survives every file system."""
    return "n" if kana == SYLLABIC_N else romaji_of(kana)[0]


def oto_line(kana: str, mora: Mora) -> str:
    """Return the oto.ini line of a recorded mora; exact, since the mora's times are known."""
    offset_ms = mora.consonant_start_ms
    onset_ms = mora.vowel_start_ms - offset_ms
    # A vowel without a consonant needs some of itself to be blended with the note before.
    preutterance_ms = onset_ms or 50.0
    overlap_ms = 40.0 if onset_ms == 0.0 else min(30.0, onset_ms / 2.0)
    consonant_ms = preutterance_ms + 60.0
    window_ms = mora.vowel_end_ms - offset_ms - 20.0
    values = (offset_ms, consonant_ms, -window_ms, preutterance_ms, overlap_ms)
    return f"{file_stem(kana)}.wav={kana}," + ",".join(f"{value:g}" for value in values)


def write_demo_bank(folder: Path, morae: tuple[str, ...] | None = None) -> Path:
    """Record the demo bank into `folder` (made if missing; files of the same names are replaced).

    `morae`: which ones, None for all of `demo_morae()`. Returns `folder`. Raises PychangError for a
    file that cannot be written and for a mora the voice cannot say, OSError for the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_text(folder / README_NAME, _README)  # tells from the first moment whose folder it is
    lines = []
    for number, kana in enumerate(morae or demo_morae()):
        mora = synthesise_mora(
            kana, midi_to_hz(BANK_TONE_MIDI), flutter_depth_cents=FLUTTER_CENTS, seed=number
        )
        write_wav(folder / f"{file_stem(kana)}.wav", mora.wave)
        lines.append(oto_line(kana, mora))
    texts = {
        "character.txt": _CHARACTER,
        "character.yaml": _CHARACTER_YAML,
        OTO_NAME: "".join(line + "\r\n" for line in lines),  # the last: then the bank is whole
    }
    for name, text in texts.items():
        _write_text(folder / name, text)
    return folder


def is_demo_bank(folder: Path) -> bool:
    """Return whether `folder` is a demo bank, whole or not, or empty. Raises OSError if it cannot be read."""
    readme = folder / README_NAME
    if readme.is_file():
        return readme.read_bytes() == _README.encode(BANK_ENCODING)
    return folder.is_dir() and not any(folder.iterdir())


def is_whole(folder: Path) -> bool:
    """Return whether the demo bank in `folder` was made to its end."""
    return (folder / OTO_NAME).is_file()


def _write_text(path: Path, text: str) -> None:
    write_atomically(path, text.encode(BANK_ENCODING))
