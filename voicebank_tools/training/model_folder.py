"""A generator as training leaves it: the file that sings, and beside it what is needed to train it further.

`generator.onnx` is for the engine; `generator.weights.h5` and `network.json` (its shape) are for Keras. The
first is proof for the others: gains must agree.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from pychang.model_file import ModelCard, read_model
from voicebank_tools.training.export import export_generator, largest_difference_db
from voicebank_tools.training.network import NetworkOptions, build_network

if TYPE_CHECKING:
    import keras

MODEL, WEIGHTS, SHAPE = "generator.onnx", "generator.weights.h5", "network.json"

MOST_DIFFERENCE_DB = 1e-3
"""Between model file and weights that belong together."""

_MOST_BYTES = 2**20


@dataclass(frozen=True)
class TrainedModel:
    """A generator that can be trained further: Keras' network with its weights, its shape, its model file's
    seal and card, and the path of its weights."""

    network: keras.Model
    options: NetworkOptions
    sha256: str
    card: ModelCard
    weights: Path


def write_model(
    folder: Path, network: keras.Model, options: NetworkOptions, name: str, told: str, default: str
) -> float:
    """Write a generator's three files; returns the largest difference of the model file from Keras in dB.

    Args:
        folder: Made if missing.
        network: The generator.
        options: Its shape.
        name: Told to people.
        told: What the model file says about its training.
        default: See `pychang.model_file.DEFAULTS`.

    Raises:
        PychangError: See `export.export_generator`.
    """
    card = ModelCard(name, told, default, options.context_frames, options.largest_db, options.code_size)
    folder.mkdir(parents=True, exist_ok=True)
    difference_db = export_generator(network, card, folder / MODEL)
    temporary = folder / f"new.{WEIGHTS}"
    network.save_weights(temporary)
    temporary.replace(folder / WEIGHTS)
    write_atomically(folder / SHAPE, json.dumps(asdict(options), indent=1).encode("utf-8"))
    return difference_db


def open_trained(model: Path) -> TrainedModel:
    """Return the generator of a model file, ready to be trained further.

    Args:
        model: The ONNX file; its weights and shape lie beside it.

    Raises:
        PychangError: A file is missing or damaged, or they do not belong together.
    """
    found = read_model(model)
    data = read_limited(model.with_name(SHAPE), _MOST_BYTES, "network shape", "it is none of ours")
    weights = model.with_name(WEIGHTS)
    if not weights.is_file():
        raise PychangError(f"{weights} not found: without it {model.name} cannot be fitted; install it again")
    try:
        content = json.loads(data)
        lists = {key: tuple(value) for key, value in content.items() if isinstance(value, list)}
        options = NetworkOptions(**{**content, **lists})
        network = build_network(options)
        network.load_weights(weights)
    except (ValueError, TypeError, AttributeError, OSError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PychangError(f"{weights}: cannot be read ({reason}); install it again") from error
    difference_db = largest_difference_db(network, found.data, options.code_size)
    if difference_db > MOST_DIFFERENCE_DB:
        raise PychangError(
            f"{weights} does not belong to {model.name} ({difference_db:.2g} dB); install again"
        )
    return TrainedModel(network, options, found.sha256, found.card, weights)
