"""A voice of one's own: the code that fits a voicebank's recordings, and if there is time all weights.

The recordings teach by themselves (round trips of pitch, starved notes, and true pairs where a bank has
several pitches); no labels are needed. A tenth of them is held out, to see that it helps.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.audio import read_wav
from pychang.choice import generator_path
from pychang.conditions import SCALARS, hz_of_octaves
from pychang.model_file import read_model
from pychang.voices import (
    GENERATOR_NAME,
    Voice,
    read_voice,
    recording_key,
    voices_folder,
    write_voice,
)
from voicebank_tools.recordings import recordings_below
from voicebank_tools.training.augment import Augmentation
from voicebank_tools.training.batches import BatchOptions, places_of
from voicebank_tools.training.build import BuildOptions, ProgressFunction, build_dataset
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.examples import KINDS, Recipe
from voicebank_tools.training.export import export_generator
from voicebank_tools.training.model_folder import TrainedModel, open_trained
from voicebank_tools.training.network import build_network
from voicebank_tools.training.pace import for_minutes
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.session import CODES, WEIGHTS, Outcome
from voicebank_tools.training.shards import open_frames
from voicebank_tools.training.trainer import train

CODE_STEPS = 100
CODE_LEARNING_RATE = 0.05
CODE_MINUTES = 1.5
"""Of recordings: sixteen numbers need no more."""

TUNE_LEARNING_RATE, TUNE_GAIN_PENALTY = 3e-4, 0.01
"""What a voice's own recordings ask for may be believed more than what others' do."""

HELD_OUT_SHARE = 0.1

SHARES = (0.2, 0.15, 0.5, 0.15)
"""Of each kind of example: what this singer does with pitch is only in pairs, where there are any."""

WANTED_PAIRS = 1000
"""For all weights. The more ways from one note to another, the nearer notes that were never heard: with 10
or 17 sources for each of 56 notes instead of 3, 6 % in mel."""

HEAD_SHARE, HEAD_OCTAVES = 0.3, 0.6
"""How often, and how far to either side of a single pitch, an example is played faster or slower. It stands
in for pitches that were not recorded: without it a generator fitted at F4 lowers the fundamental of notes
five semitones higher by 4 dB."""

RANGE_PERCENTILES = (5.0, 95.0)
"""Of examples' pitches, within which a voice is known: a hummed breath or an octave error is no note."""

_CODE_EPOCH, _TUNE_EPOCH = 20, 50
_EXAMPLES = 4


@dataclass(frozen=True)
class FitOptions:
    """How a voice is fitted.

    Attributes:
        name: Of the voice; empty: the folder's.
        minutes: For all weights, after the code; None: the code alone.
        jobs: Processes that make examples; 0: one for each core.
        seed: All chance follows from it.
    """

    name: str = ""
    minutes: float | None = None
    jobs: int = 0
    seed: int = 0


@dataclass(frozen=True)
class FittedVoice:
    """A fitted voice: where it is, how many recordings it knows, and the mean difference from held-out
    recordings in dB without a network and with what was fitted (nan: none were held out)."""

    folder: Path
    voice: Voice
    prior_db: float
    fitted_db: float
    failed: dict[str, str]
    seconds: float


def fit_voice(
    bank: Path, options: FitOptions, report: Callable[[str], None],
    on_progress: ProgressFunction | None = None,
) -> FittedVoice:  # fmt: skip
    """Fit a voice to a bank and write it where the engine finds it.

    Args:
        bank: Folder of its recordings.
        options: How.
        report: Told a line now and then.
        on_progress: Told how many examples are made.

    Raises:
        PychangError: There is no generator to fit, the voice's folder holds what is not to be replaced, no
            recording can be used, Keras is missing, or a file cannot be written.
    """
    began = time.perf_counter()
    base = open_trained(generator_path())
    name = options.name or bank.resolve().name
    folder = voices_folder() / folder_name(name)
    recordings = _recordings(bank)
    _check_folder(folder, recordings, options)
    work = voices_folder().parent / "training" / folder_name(name)
    minutes = CODE_MINUTES if options.minutes is None else max(CODE_MINUTES, 2.0 * options.minutes)
    build = BuildOptions(
        recipe=Recipe(shifts=1, starved=1), wanted_pairs=0 if options.minutes is None else WANTED_PAIRS,
        most_minutes=minutes, jobs=options.jobs, seed=options.seed,
    )  # fmt: skip
    dataset = build_dataset([bank], work / "dataset", build, on_progress)
    pitch_hz = pitch_range_hz(dataset)
    batches = batches_of_voice(pitch_hz, options.seed)
    outcome = _fit_code(dataset, work / "code", base, batches, report)
    generator, code_file = None, work / "code" / CODES
    if options.minutes is not None:
        outcome = _tune(dataset, work, base, batches, options.minutes, report)
        generator, code_file = folder / GENERATOR_NAME, work / "tuned" / CODES
        _export(work / "tuned", base, name, generator)
    voice = _voice(name, recordings, code_file, base.sha256, pitch_hz, generator)
    write_voice(folder, voice)
    if not any(voice.code):
        report(
            f"{name}: nothing was found that sets it apart, so it is sung as an unknown voice; record more"
        )
    prior_db, fitted_db = _differences(outcome)
    return FittedVoice(folder, voice, prior_db, fitted_db, dict(dataset.failed), time.perf_counter() - began)


def folder_name(name: str) -> str:
    """Return a name as every file system takes it; names that differ only in what is replaced share one."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).strip(" .")[:80] or "voice"


def _recordings(bank: Path) -> dict[str, str]:
    """Key of each recording of a bank -> its file, from the bank's folder on."""
    found = {}
    for path in sorted(recordings_below(bank)):
        try:
            found[recording_key(read_wav(path))] = path.relative_to(bank).as_posix()
        except PychangError:  # listed where the examples are made
            continue
    return found


def _check_folder(folder: Path, recordings: Mapping[str, str], options: FitOptions) -> None:
    """Raise PychangError where a fit would replace another bank's voice, or tuned weights by none."""
    if options.minutes is None and (folder / GENERATOR_NAME).exists():
        raise PychangError(
            f"{folder} holds a voice with a generator of its own, which would be lost; tune it again with"
            " --minutes, choose another --name, or remove that folder"
        )
    try:
        known = read_voice(folder).recordings
    except PychangError:
        return  # there is none, or nobody can sing with it
    if recordings and known and not known.keys() & recordings.keys():
        raise PychangError(
            f"{folder} holds a voice fitted to other recordings; choose another --name, or remove that folder"
        )


def _fit_code(
    dataset: Dataset, folder: Path, base: TrainedModel, batches: BatchOptions, report: Callable[[str], None]
) -> Outcome:
    config = RunConfig(
        steps=CODE_STEPS, learning_rate=CODE_LEARNING_RATE, steps_per_epoch=_CODE_EPOCH, validate_epochs=1,
        batches=batches, network=base.options, voices=dataset.voices,
        begin_with=str(base.weights), frozen=True,
    )  # fmt: skip
    return train(dataset, _emptied(folder), config, report)


def _tune(
    dataset: Dataset, work: Path, base: TrainedModel, batches: BatchOptions, minutes: float,
    report: Callable[[str], None],
) -> Outcome:  # fmt: skip
    """Fit all weights, for about so long."""
    config = RunConfig(
        learning_rate=TUNE_LEARNING_RATE, gain_penalty=TUNE_GAIN_PENALTY, steps_per_epoch=_TUNE_EPOCH,
        validate_epochs=2, batches=batches, network=base.options, voices=dataset.voices,
        begin_with=str(base.weights), begin_codes=str(work / "code" / CODES),
    )  # fmt: skip
    return train(dataset, _emptied(work / "tuned"), for_minutes(dataset, config, minutes), report)


def batches_of_voice(pitch_hz: tuple[float, float], seed: int) -> BatchOptions:
    """Return how batches are drawn for a voice recorded between two pitches."""
    lowest_hz, highest_hz = pitch_hz
    octaves = max(0.0, HEAD_OCTAVES - 0.5 * float(np.log2(highest_hz / lowest_hz)))
    # another microphone would be another voice
    other_pitches = Augmentation(
        colour_share=0.0, formant_share=HEAD_SHARE if octaves else 0.0, formant_octaves=octaves
    )
    return BatchOptions(
        examples=_EXAMPLES, unknown_shares=(0.0,) * len(KINDS), held_out_share=HELD_OUT_SHARE, shares=SHARES,
        augmentation=other_pitches, seed=seed,
    )  # fmt: skip


def _emptied(folder: Path) -> Path:
    """Forget an earlier fit: its checkpoint would be resumed."""
    for path in folder.glob("*"):
        if path.is_file():
            path.unlink()
    return folder


def _export(run: Path, base: TrainedModel, name: str, path: Path) -> None:
    network = build_network(base.options)
    network.load_weights(run / WEIGHTS)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = f"{base.card.card} Tuned to the voice {name}."
    export_generator(network, replace(base.card, name=name, card=told), path)


def pitch_range_hz(dataset: Dataset) -> tuple[float, float]:
    """Return the lowest and the highest pitch of a dataset, but for the outermost `RANGE_PERCENTILES` of its
    examples: of each the median of its voiced frames, since a single one may be an octave off. Raises
    PychangError where nothing is voiced."""
    octaves, voicing = SCALARS.index("octaves"), SCALARS.index("voicing")
    medians = []
    for place in places_of(dataset):
        first = place.entry.begin
        records = open_frames(dataset.shard_folder, place.key)[first : first + place.entry.frames]
        scalars = records["scalars"].astype(np.float32)
        voiced = scalars[scalars[:, voicing] > 0.5, octaves]
        medians += [float(np.median(voiced))] if len(voiced) else []
    if not medians:
        raise PychangError(f"{dataset.folder}: no example has a voice; give recordings of singing")
    lowest, highest = np.percentile(medians, RANGE_PERCENTILES)
    return hz_of_octaves(float(lowest)), hz_of_octaves(float(highest))


def _voice(
    name: str, recordings: Mapping[str, str], code_file: Path, base_sha256: str,
    pitch_hz: tuple[float, float], generator: Path | None,
) -> Voice:  # fmt: skip
    code = np.load(code_file, allow_pickle=False)[0]
    sha256 = base_sha256 if generator is None else read_model(generator).sha256
    return Voice(name, tuple(float(number) for number in code), sha256, recordings, pitch_hz, generator)


def _differences(outcome: Outcome) -> tuple[float, float]:
    """Mean over the kinds of (prior, fitted) difference in dB."""
    found = outcome.validation
    kinds = [key.removesuffix("_prior_db") for key in found if key.endswith("_prior_db")]
    if not kinds:
        return float("nan"), float("nan")
    prior = sum(found[f"{kind}_prior_db"] for kind in kinds) / len(kinds)
    return prior, sum(found[f"{kind}_db"] for kind in kinds) / len(kinds)
