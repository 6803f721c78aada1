"""Recordings -> dataset: what is to be made, made by several processes, and only what is not there yet."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.analysis import ANALYSIS_VERSION, analyse
from pychang.files import long_path
from pychang.image import IMAGE_HOP_SAMPLES
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.process_pool import available_cores, each_apart
from voicebank_tools.training.clips import Clip, families, groups, partners, partners_of_each
from voicebank_tools.training.corpora import (
    SHORTEST_PIECE_S,
    Corpus,
    CorpusFacts,
    Piece,
    cut,
    open_corpora,
    read_recording,
)
from voicebank_tools.training.dataset import (
    DATASET_FORMAT,
    SHARDS,
    Dataset,
    Shard,
    VoiceFacts,
    write_dataset,
)
from voicebank_tools.training.dataset_place import check_place
from voicebank_tools.training.examples import (
    EXAMPLES_VERSION,
    Analysed,
    Example,
    Recipe,
    own_examples,
    pair_example,
)
from voicebank_tools.training.listen import write_notes
from voicebank_tools.training.other_voice import altered
from voicebank_tools.training.shards import Entry, read_entries, write_shard

ProgressFunction = Callable[[int, int], None]
"""Told how many of how many shards are there."""


KEPT_ANALYSES = 16
"""Of each process: a recording is in several pairs."""


@dataclass(frozen=True)
class BuildOptions:
    """How a dataset is built.

    Attributes:
        recipe: Examples of each recording; those of voices to validate on are never altered.
        pairs: Whether true pairs are looked for.
        wanted_pairs: Where a voice has fewer, its clips are paired with more others than usually.
        validate: Voices kept for validation.
        most_minutes: Of each voice, chosen evenly over its recordings; None: all.
        jobs: Processes; 0: one for each core.
        seed: All chance follows from it.
    """

    recipe: Recipe = field(default_factory=Recipe)
    pairs: bool = True
    wanted_pairs: int = 0
    validate: tuple[str, ...] = ()
    most_minutes: float | None = None
    jobs: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Work:
    """One shard to be made: from one recording by itself, or from pairs of clips."""

    voice: str
    facts: CorpusFacts
    clips: tuple[tuple[Clip, ...], ...]
    recipe: Recipe
    seed: int

    @property
    def sources(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(clip.path for pair in self.clips for clip in pair))


@dataclass(frozen=True)
class Made:
    """What became of a `Work`: the key of its shard ("": none), its entries, recording -> what was wrong."""

    key: str
    entries: tuple[Entry, ...]
    failed: Mapping[str, str]


def build_dataset(
    folders: Sequence[Path], output: Path, options: BuildOptions, on_progress: ProgressFunction | None = None
) -> Dataset:
    """Build a dataset, or bring one up to date: shards whose key is there are kept, others removed.

    Args:
        folders: One for each voice, or one that holds the shipped corpora.
        output: Folder of the dataset; made if missing.
        options: How.
        on_progress: Called after each shard.

    Raises:
        PychangError: A folder is missing or empty, a voice to validate on is not there, nothing could be
            made, or the output cannot be written or is no place for a dataset (see `check_place`).
    """
    check_place(output, folders)
    corpora = open_corpora(folders)
    for voice in options.validate:
        if voice not in [corpus.voice for corpus in corpora]:
            known = ", ".join(corpus.voice for corpus in corpora)
            raise PychangError(f"no voice {voice} to validate on; there are {known}")
    shard_folder = _made(output / SHARDS)
    works = [work for corpus in corpora for work in _works(corpus, options)]
    shards, failed = _make_all(works, shard_folder, options.jobs, on_progress)
    if not any(shard.entries for shard in shards):
        reason = next(iter(failed.values()), "no recording has enough voice")
        raise PychangError(f"no example could be made: {reason}")
    dataset = Dataset(
        output, tuple(_voice(corpus, shards) for corpus in corpora), options.validate, tuple(shards), failed,
        engine_fingerprint(),
    )  # fmt: skip
    write_notes(output, [corpus for corpus in corpora if corpus.voice in options.validate], options.seed)
    write_dataset(dataset)
    _remove_others(shard_folder, {shard.key for shard in shards})
    return dataset


def engine_fingerprint() -> str:
    """Return a hash of the code that draws examples: another engine's pictures are other examples."""
    import pychang

    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(Path(pychang.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def make_shard(work: Work, folder: Path) -> Made:
    """Make one shard unless it is there."""
    failed: dict[str, str] = {}
    try:
        key = _key(work)
    except OSError as error:
        return Made("", (), {str(work.sources[0]): f"cannot be read ({error.strerror}); check the file"})
    kept = read_entries(folder, key)
    if kept is not None:
        return Made(key, kept, {})
    examples = [*_examples(work, np.random.default_rng(int(key[:15], 16)), failed)]
    if failed and not examples:  # not kept: it may be mended
        return Made("", (), failed)
    return Made(key, write_shard(folder, key, examples), failed)


def _works(corpus: Corpus, options: BuildOptions) -> Iterator[Work]:
    """Yield what a voice gives: each recording by itself, then its true pairs."""
    recordings = _thinned(corpus, options.most_minutes)
    validated = corpus.voice in options.validate
    recipe = replace(options.recipe, altered=0.0) if validated else options.recipe
    for path in recordings:
        yield Work(corpus.voice, corpus.facts, ((Clip(path),),), recipe, options.seed)
    if not options.pairs:
        return
    rng = np.random.default_rng(options.seed)
    found = groups(replace(corpus, recordings=recordings))
    most = partners_of_each(sum(map(len, found)), options.wanted_pairs)
    for group in found:
        for pairs in _by_wanted(partners(group, rng, most)):
            yield Work(corpus.voice, corpus.facts, pairs, recipe, options.seed)


def _by_wanted(pairs: Sequence[tuple[Clip, Clip]]) -> list[tuple[tuple[Clip, ...], ...]]:
    """Put the pairs of one wanted recording together: one shard, not one for each."""
    found: dict[Path, list[tuple[Clip, ...]]] = {}
    for pair in pairs:
        found.setdefault(pair[1].path, []).append(pair)
    return [tuple(of_path) for of_path in found.values()]


def _thinned(corpus: Corpus, most_minutes: float | None) -> tuple[Path, ...]:
    """Choose recordings evenly until their length is what is wanted, those of the same sounds together: apart
    they would be no pairs. What cannot be opened stays in, to be told of."""
    if most_minutes is None:
        return corpus.recordings
    found = families(corpus)
    lengths_s = [sum(map(_length_s, family)) for family in found]
    share = min(1.0, most_minutes * 60.0 / max(sum(lengths_s), 1e-9))
    chosen: list[Path] = []
    owed_s = 0.0
    for family, length_s in zip(found, lengths_s, strict=True):
        owed_s += share * length_s
        if owed_s >= 0.5 * length_s:
            chosen += family
            owed_s -= length_s
    return tuple(sorted(chosen))


def _length_s(path: Path) -> float:
    import soundfile

    try:
        return float(soundfile.info(str(long_path(path))).duration)
    except (soundfile.SoundFileError, OSError):
        return 0.0


def _examples(work: Work, rng: np.random.Generator, failed: dict[str, str]) -> Iterator[Example]:
    for clips in work.clips:
        try:
            if len(clips) == 1:
                for piece in cut(read_recording(clips[0].path, work.facts)):
                    other = work.recipe.altered > 0.0 and rng.random() < work.recipe.altered
                    yield from own_examples(altered(piece, rng) if other else piece, work.recipe, rng)
            else:
                source, wanted = (_analysed(clip, work.facts) for clip in clips)
                made = pair_example(source, wanted, rng)
                yield from () if made is None else (made,)
        except PychangError as error:
            failed[str(clips[-1].path)] = str(error)
        except Exception as error:  # noqa: BLE001 (one recording must not stop a build of hours)
            failed[str(clips[-1].path)] = f"{type(error).__name__}: {error}"


@lru_cache(maxsize=KEPT_ANALYSES)
def _analysed(clip: Clip, facts: CorpusFacts) -> Analysed:
    piece = read_recording(clip.path, facts)
    if clip.end_s is not None:
        piece = _part(piece, clip, clip.end_s)
    piece = cut(piece)[0]
    return Analysed(piece, analyse(piece.wave))


def _part(piece: Piece, clip: Clip, end_s: float) -> Piece:
    begin, end = (round(time_s * SAMPLE_RATE_HZ) for time_s in (clip.begin_s, end_s))
    if len(piece.wave) - begin < SHORTEST_PIECE_S * SAMPLE_RATE_HZ:
        raise PychangError(f"{clip.path}: its labels run past its end; label it anew")
    return Piece(np.ascontiguousarray(piece.wave[begin:end]), clip.begin_s, piece.band_hz)


def _key(work: Work) -> str:
    """Return the name of a shard: a hash of the recordings' bytes and of all that is done with them."""
    digest = hashlib.blake2b(digest_size=16)
    for path in work.sources:
        digest.update(hashlib.blake2b(long_path(path).read_bytes()).digest())
    order = {path: index for index, path in enumerate(work.sources)}
    how = {
        "versions": [DATASET_FORMAT, EXAMPLES_VERSION, ANALYSIS_VERSION],
        "clips": [[(order[clip.path], clip.begin_s, clip.end_s) for clip in pair] for pair in work.clips],
        "recipe": asdict(work.recipe) if len(work.clips[0]) == 1 else None,
        "band_hz": work.facts.band_hz,
        "seed": work.seed,
    }
    digest.update(json.dumps(how, sort_keys=True).encode())
    return digest.hexdigest()


def _make_all(
    works: Sequence[Work], folder: Path, jobs: int, on_progress: ProgressFunction | None
) -> tuple[list[Shard], dict[str, str]]:
    """Make all shards, in the order of `works` whatever order they get done in."""
    made: dict[int, Made] = {}
    processes = min(jobs or available_cores(), len(works))
    orders = [(index, work, folder) for index, work in enumerate(works)]
    results = (
        ((order, make_ordered(order)) for order in orders)
        if processes < 2
        else each_apart(make_ordered, orders, processes, "brought its process down; check the file")
    )
    with closing(results):  # whatever is raised here ends the processes as well
        for (index, work, _), result in results:
            made[index] = Made("", (), {str(work.sources[-1]): result}) if isinstance(result, str) else result
            if on_progress is not None:
                on_progress(len(made), len(works))
    shards = [
        Shard(made[index].key, work.voice, tuple(path.name for path in work.sources), made[index].entries)
        for index, work in enumerate(works)
        if made[index].key
    ]
    failed = {source: why for index in range(len(works)) for source, why in made[index].failed.items()}
    return shards, failed


def make_ordered(order: tuple[int, Work, Path]) -> Made:
    """Make one shard of (index, what, folder); importable by name, for other processes."""
    _, work, folder = order
    return make_shard(work, folder)


def _voice(corpus: Corpus, shards: Sequence[Shard]) -> VoiceFacts:
    frames = sum(entry.frames for shard in shards if shard.voice == corpus.voice for entry in shard.entries)
    minutes = frames * IMAGE_HOP_SAMPLES / SAMPLE_RATE_HZ / 60.0
    return VoiceFacts(corpus.voice, corpus.facts.what, corpus.facts.licence, round(minutes, 2))


def _made(folder: Path) -> Path:
    try:
        long_path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PychangError(f"{folder} cannot be made ({error.strerror}); name another folder") from error
    return folder


def _remove_others(folder: Path, keys: set[str]) -> None:
    """Remove shards that no recording asks for any more, and nothing else."""
    for path in folder.iterdir():
        if (
            re.fullmatch("[0-9a-f]{32}", path.stem)
            and path.suffix in (".npy", ".json")
            and path.stem not in keys
        ):
            path.unlink(missing_ok=True)
