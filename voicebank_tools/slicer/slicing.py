"""One recording into clips, resumed where it was interrupted, left alone where it is done."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal

from pychang import PychangError
from pychang.files import long_path
from voicebank_tools.recordings import SILENCE_FOLDER
from voicebank_tools.slicer.clips import write_clip
from voicebank_tools.slicer.identity import content_hash, place_of
from voicebank_tools.slicer.inputs import Source
from voicebank_tools.slicer.manifest import Clip, Manifest, read_manifest, write_manifest
from voicebank_tools.slicer.moves import move_all
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.plan import Plan, plan_slices
from voicebank_tools.slicer.sound import Sound, open_sound
from voicebank_tools.wav_header import broken_off

Status = Literal["sliced", "resumed", "unchanged", "planned", "failed"]


@dataclass(frozen=True)
class Task:
    """A recording and what is to become of it."""

    source: Source
    options: SliceOptions
    overwrite: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a recording; `manifest` is None and `message` one line where it failed."""

    source: Source
    status: Status
    manifest: Manifest | None = None
    warnings: tuple[str, ...] = ()
    message: str = ""


def slice_source(task: Task, on_share: Callable[[float], None] | None = None) -> Outcome:
    """Slice a recording; what is wrong with it becomes its outcome.

    The manifest is written first, marked as incomplete, and so owns its clips: a later run with the same
    recording and options writes those that are missing. Clips of what the recording was before, of another
    one or of other options stay unless `overwrite`, and then until all new ones are written.
    """
    try:
        return _slice(task, on_share)
    except PychangError as error:
        return Outcome(task.source, "failed", message=" ".join(str(error).split()))
    except (OSError, MemoryError) as error:
        return Outcome(task.source, "failed", message=f"{task.source.path}: {type(error).__name__}: {error}")


def _slice(task: Task, on_share: Callable[[float], None] | None) -> Outcome:
    source_hash = content_hash(task.source.path)
    before = _manifest_before(task)
    is_same = before is not None and (before.source_hash, before.options) == (source_hash, task.options)
    if before is not None and is_same and before.complete and not task.overwrite:
        return _told(task, "unchanged", before)
    with open_sound(task.source.path) as sound:
        if before is not None and is_same and not before.complete:
            return _finish(task, sound, "resumed", before, ())
        _check_is_ours(task, before, source_hash)
        manifest = _manifest(task, source_hash, sound, plan_slices(sound, task.options, on_share))
        old = before.clips if before is not None else ()
        _check_free(task, manifest, old)
        return _finish(task, sound, "sliced", manifest, old)


def _finish(task: Task, sound: Sound, status: Status, manifest: Manifest, old: tuple[Clip, ...]) -> Outcome:
    if task.dry_run:
        return _told(task, "planned", manifest)
    _write(task, sound, manifest, old)
    return _told(task, status, manifest)


def _manifest_before(task: Task) -> Manifest | None:
    path = task.source.manifest_path
    if not path.exists():
        return None
    try:
        return read_manifest(path)
    except PychangError:
        if task.overwrite:
            return None
        raise


def _check_is_ours(task: Task, before: Manifest | None, source_hash: str) -> None:
    if before is None or task.overwrite:
        return
    path, clips = task.source.path, task.source.manifest_path
    if before.source_hash != source_hash:
        if before.source != place_of(task.source.path, task.source.folder):
            raise PychangError(
                f"{path}: {clips} holds clips of another recording ({before.source}); choose another -o or"
                " add --overwrite"
            )
        broken = broken_off(path)
        if broken:
            raise PychangError(
                f"{path}: {broken}, and {clips} holds clips of what it was before; export or copy it again"
            )
        raise PychangError(
            f"{path}: has changed since {clips} was written; choose another -o, or add --overwrite to replace"
            " its clips (texts beside them will not fit any more)"
        )
    if before.options != task.options:
        raise PychangError(
            f"{path}: {clips} holds clips made with other options; choose another -o or add --overwrite"
        )


def _check_free(task: Task, manifest: Manifest, old: tuple[Clip, ...]) -> None:
    """Files that no manifest of ours lists are never replaced, whatever was asked for."""
    ours = {clip.file for clip in old}
    for clip in manifest.clips:
        path = task.source.folder / clip.file
        if clip.file not in ours and path.exists():
            raise PychangError(
                f"{task.source.path}: {path} is already there and no clip of it; move it or choose another -o"
            )


def _manifest(task: Task, source_hash: str, sound: Sound, plan: Plan) -> Manifest:
    counts = {kind: sum(one.kind == kind for one in plan.stretches) for kind in ("clip", "silence")}
    wanted = round((task.options.pad_to_s or 0.0) * sound.format.rate_hz)
    numbers = dict.fromkeys(counts, 0)
    clips = []
    for one in plan.stretches:
        name = f"{task.source.name}_{numbers[one.kind]:0{max(3, len(str(counts[one.kind] - 1)))}d}.wav"
        numbers[one.kind] += 1
        length = one.stop - one.start
        padding = max(0, wanted - length) if one.kind == "clip" else 0
        file = name if one.kind == "clip" else f"{SILENCE_FOLDER}/{name}"
        clips.append(Clip(file, one.start, length, padding, one.kind, one.end, one.forced, one.level_db))
    room = plan.room
    return Manifest(
        place_of(task.source.path, task.source.folder), source_hash, plan.samples, sound.format, task.options,
        round(room.floor_db, 1), round(room.threshold_db, 1), room.has_sound, False, tuple(clips),
    )  # fmt: skip


def _write(task: Task, sound: Sound, manifest: Manifest, old: tuple[Clip, ...]) -> None:
    if old:
        _replace(task.source, sound, manifest, old)
    else:
        _make_folders(task.source.folder, manifest.files)
        write_manifest(task.source.manifest_path, manifest)
        _write_clips(sound, manifest, task.source.folder)
    write_manifest(task.source.manifest_path, replace(manifest, complete=True))


def _replace(source: Source, sound: Sound, manifest: Manifest, old: tuple[Clip, ...]) -> None:
    """Write all that is new aside, and only then let the old clips go: the disk may be full, the recording
    may break off, a clip may be open elsewhere."""
    aside = Path(mkdtemp(prefix=".pychang-", dir=long_path(source.folder)))
    new, gone, name = aside / "new", aside / "old", source.manifest_path.name
    try:
        _make_folders(new, manifest.files)
        write_manifest(new / name, manifest)
        _write_clips(sound, manifest, new)
        _make_folders(source.folder, manifest.files)
        files = dict.fromkeys(clip.file for clip in old)
        there = [*(file for file in files if long_path(source.folder / file).is_file()), name]
        _make_folders(gone, there)
        leave = [(source.folder / file, gone / file) for file in there]
        # The new manifest before its clips: a run that is killed there is then taken up.
        come = [(new / file, source.folder / file) for file in (name, *manifest.files)]
        move_all([*leave, *come])
    except BaseException:
        if not _holds_files(gone):  # else they could not be put back
            shutil.rmtree(aside, ignore_errors=True)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _holds_files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.rglob("*"))


def _write_clips(sound: Sound, manifest: Manifest, folder: Path) -> None:
    for clip in manifest.clips:
        # What is there was written whole, and by an earlier run of this very plan.
        if not long_path(folder / clip.file).exists():
            write_clip(sound, clip, folder / clip.file)


def _make_folders(folder: Path, files: Iterable[str]) -> None:
    try:
        for wanted in {(folder / file).parent for file in files}:
            long_path(wanted).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PychangError(f"cannot make the folder {folder}: {error.strerror}; choose another -o") from error


def _told(task: Task, status: Status, manifest: Manifest) -> Outcome:
    path, warnings = task.source.path, []
    if not manifest.has_sound:
        warnings.append(f"{path}: nothing rises above its noise floor; is it the right recording?")
    why = broken_off(path)
    if why:
        warnings.append(f"{path}: {why}; export or copy it again")
    if status == "unchanged":
        gone = sum(not (task.source.folder / clip.file).exists() for clip in manifest.clips)
        if gone:
            warnings.append(f"{path}: {gone} of its clips are gone; --overwrite makes them again")
    return Outcome(task.source, status, manifest, tuple(warnings))
