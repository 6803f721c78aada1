"""The generator's file: an ONNX model that says about itself what it was made for (docs/formats.md).

Read without the onnx library and before ONNX Runtime sees it, so that a file that is damaged, foreign, older
or newer is refused with a line that says what to do. Never unpickled, never executed.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pychang import PychangError
from pychang.conditions import CHANNELS, SCALARS
from pychang.files import read_limited
from pychang.image import (
    BANDS,
    CORNER_HZ,
    FFT_SAMPLES,
    HEADROOM_DB,
    IMAGE_HOP_SAMPLES,
    SPAN_DB,
    TOP_HZ,
)
from pychang.units import SAMPLE_RATE_HZ

FORMAT = 1
"""Raised when an older PyChang could not use a newer file, or the other way round."""

CODE_SIZE = 16
"""Numbers in a voice code; all zero is the neutral voice, known from no fitting."""

DEFAULTS = ("all", "fitted")
"""For which recordings a generator sings where no engine is asked for: any, or those of fitted voices."""

MOST_BYTES = 64 * 2**20

_UNSEALED = b"0" * 64
_SEAL = re.compile(rb"\x0a\x0epychang\.sha256\x12\x40([0-9a-f]{64})")


@dataclass(frozen=True)
class ModelCard:
    """What a generator says about itself.

    Attributes:
        name: Told to people.
        card: A few sentences: corpora, licences, steps.
        default: One of DEFAULTS.
        context_frames: So many image frames on each side of a frame can change its gains.
        bounds_db: Largest gain of the harmonic and of the noise part.
        code_size: Numbers in a voice code.
    """

    name: str
    card: str
    default: str
    context_frames: int
    bounds_db: tuple[float, float]
    code_size: int = CODE_SIZE


@dataclass(frozen=True)
class ModelFile:
    """A generator's file as read and checked: its bytes, its seal (SHA-256, hexadecimal), its card."""

    data: bytes = field(repr=False)
    sha256: str
    card: ModelCard


def metadata(card: ModelCard) -> dict[str, str]:
    """Return the `metadata_props` of a model with this card, to be sealed when it is serialised.

    Raises PychangError for a card that no reader would take.
    """
    features = {
        **_fixed_features(), "code_size": card.code_size, "context_frames": card.context_frames,
        "bounds_db": list(card.bounds_db),
    }  # fmt: skip
    props = {
        "pychang.format": str(FORMAT), "pychang.name": card.name, "pychang.card": card.card,
        "pychang.default": card.default, "pychang.features": json.dumps(features),
        "pychang.sha256": _UNSEALED.decode(),
    }  # fmt: skip
    _card(props, "this card")
    return props


def seal(data: bytes) -> bytes:
    """Return a serialised model with its own SHA-256 in `pychang.sha256`, where zeros stood.

    The hash is that of the file with 64 zeros in its place. Raises PychangError if there is no such place.
    """
    places = _SEAL.findall(data)
    if places != [_UNSEALED]:
        raise PychangError("the model has no place for its seal; give it the metadata of pychang.model_file")
    return data.replace(_UNSEALED, hashlib.sha256(data).hexdigest().encode())


def read_model(path: Path) -> ModelFile:
    """Return a generator's file, checked.

    Raises PychangError in one line that says what to do: no such file, not a generator, damaged, of an
    older or newer format, made for other images than this version's.
    """
    data = read_limited(path, MOST_BYTES, "generator", "no generator of PyChang's is; name another file")
    keys = ("format", "sha256", "name", "card", "default", "features")
    props = {f"pychang.{key}": _value(data, f"pychang.{key}") for key in keys}
    if not props["pychang.format"]:
        raise PychangError(f"{path} is no generator of PyChang's; name a file that `vbtools train` has made")
    _check_format(props["pychang.format"], path)
    seals = _SEAL.findall(data)
    if len(seals) != 1 or hashlib.sha256(data.replace(seals[0], _UNSEALED)).hexdigest().encode() != seals[0]:
        raise PychangError(f"{path} is damaged: its checksum is wrong; install it again")
    return ModelFile(data, seals[0].decode(), _card(props, str(path)))


def described(path: Path) -> ModelFile:
    """Return what a generator's file is, without its data; read once as long as the file stays the same.

    Raises as `read_model`.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return read_model(path)
    return _described(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _described(path: Path, changed_ns: int, size_bytes: int) -> ModelFile:
    return replace(read_model(path), data=b"")


def _check_format(text: str, path: Path) -> None:
    if text == str(FORMAT):
        return
    newer = text.isascii() and text.isdigit() and int(text[:9]) > FORMAT
    cure = "update PyChang" if newer else "make it anew with `vbtools train`"
    raise PychangError(f"{path} is of format {text[:20]}, this PyChang reads format {FORMAT}; {cure}")


def _value(data: bytes, key: str) -> str:
    """Return a text of an ONNX file's metadata_props, "" if it is not there.

    Each is a protobuf message: field 1, length, key; field 2, length (base 128, low first), value.
    """
    mark = b"\x0a" + bytes([len(key)]) + key.encode() + b"\x12"
    at = data.find(mark)
    if at < 0:
        return ""
    at += len(mark)
    length = shift = 0
    for byte in data[at : at + 4]:
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return data[at : at + length].decode("utf-8", "replace")


def _fixed_features() -> dict[str, object]:
    """What a generator must have been made for, to be used by this version."""
    return {
        "sample_rate_hz": SAMPLE_RATE_HZ, "hop_samples": IMAGE_HOP_SAMPLES, "fft_samples": FFT_SAMPLES,
        "bands": BANDS, "corner_hz": CORNER_HZ, "top_hz": TOP_HZ, "span_db": SPAN_DB,
        "headroom_db": HEADROOM_DB, "channels": list(CHANNELS), "scalars": list(SCALARS),
    }  # fmt: skip


def _card(props: Mapping[str, str], source: str) -> ModelCard:
    """Raises PychangError where the features are not this version's."""
    try:
        features: dict[str, Any] = dict(json.loads(props["pychang.features"]))
        low, high = (float(bound) for bound in features["bounds_db"])
        card = ModelCard(
            props["pychang.name"], props["pychang.card"], props["pychang.default"],
            int(features["context_frames"]), (low, high), int(features["code_size"]),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise PychangError(f"{source}: what it says about itself cannot be read; export it again") from error
    for name, wanted in _fixed_features().items():
        if features.get(name) != wanted:
            told = str(features.get(name))[:40]
            raise PychangError(f"{source}: made for {name} {told} instead of {wanted}; train it anew")
    if card.default not in DEFAULTS or not 0 <= card.context_frames <= 1000 or not 0 < card.code_size <= 4096:
        raise PychangError(f"{source}: what it says about itself makes no sense; export it again")
    return card
