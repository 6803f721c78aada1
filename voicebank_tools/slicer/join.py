"""Clips -> the recording they were cut from, sample for sample, by their manifest."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from voicebank_tools.slicer.clips import SoundWriter, stretch_blocks, written_sound
from voicebank_tools.slicer.manifest import ENDING, Clip, Manifest, read_manifest
from voicebank_tools.slicer.sound import Sound, open_sound

_CONTAINERS = {".wav": "WAV", ".flac": "FLAC", ".aiff": "AIFF", ".aif": "AIFF", ".w64": "W64", ".caf": "CAF"}


@dataclass(frozen=True)
class Joining:
    """One manifest and the file its recording goes into."""

    manifest: Path
    output: Path


def find_joinings(manifest: Path, output: Path) -> list[Joining]:
    """Return what is to be joined: a manifest, or all in a folder and below, which then become wav files
    of the same names in the folder `output`. Raises PychangError if there is none."""
    if not manifest.is_dir():
        is_file = output.suffix.lower() in _CONTAINERS and not output.is_dir()
        return [Joining(manifest, output if is_file else output / (_name(manifest) + ".wav"))]
    found = sorted(path for path in manifest.rglob(f"*{ENDING}") if path.is_file())
    if not found:
        raise PychangError(f"{manifest} holds no manifest (*{ENDING}); name the folder that was sliced into")
    return [Joining(p, output / p.parent.relative_to(manifest) / (_name(p) + ".wav")) for p in found]


def join(
    joining: Joining,
    overwrite: bool = False,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the recording and return its length in samples; `on_progress` is told samples done and all.

    Every clip is looked at before anything is written. Clips may have been edited, but not in length,
    rate or channels. Raises PychangError naming the clip and the cure.
    """
    manifest = read_manifest(joining.manifest)
    folder, output = joining.manifest.parent, joining.output
    if output.exists() and not overwrite:
        raise PychangError(f"{output} is already there; choose another -o or add --overwrite")
    for clip in manifest.clips:
        if output.resolve() == (folder / clip.file).resolve():
            raise PychangError(f"{output} is one of the clips; choose another -o")
        with ExitStack() as stack:
            _open_clip(stack, folder, clip, manifest)
    if dry_run:
        return manifest.samples
    output.parent.mkdir(parents=True, exist_ok=True)
    container = _CONTAINERS.get(output.suffix.lower(), "WAV")
    with written_sound(output, manifest.format, manifest.samples, container) as writer:
        for clip in manifest.clips:
            _append(writer, folder, clip, manifest)
            if on_progress is not None:
                on_progress(clip.offset_samples + clip.length_samples, manifest.samples)
    return manifest.samples


def _append(writer: SoundWriter, folder: Path, clip: Clip, manifest: Manifest) -> None:
    with ExitStack() as stack:
        sound = _open_clip(stack, folder, clip, manifest)
        for samples in stretch_blocks(sound, 0, clip.length_samples):
            writer.write(samples)


def _open_clip(stack: ExitStack, folder: Path, clip: Clip, manifest: Manifest) -> Sound:
    path = folder / clip.file
    sound = stack.enter_context(open_sound(path))
    if sound.format != manifest.format:
        raise PychangError(f"{path} is {sound.format}, the others are {manifest.format}; convert it back")
    wanted = clip.length_samples + clip.padding_samples
    if sound.claimed_samples != wanted:
        raise PychangError(
            f"{path} has {sound.claimed_samples} samples instead of {wanted}; restore it, or slice again"
        )
    return sound


def _name(manifest: Path) -> str:
    return manifest.name.removesuffix(ENDING) if manifest.name.endswith(ENDING) else manifest.stem
