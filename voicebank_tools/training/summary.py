"""What was built and trained, told in a few lines; the model card's text is made here, too."""

from collections import Counter
from collections.abc import Sequence

from voicebank_tools.training.dataset import Dataset, VoiceFacts
from voicebank_tools.training.examples import KINDS


def dataset_summary(dataset: Dataset) -> str:
    """Return a line for each voice, with its minutes of examples and their number of each kind."""
    counts = Counter((shard.voice, entry.kind) for shard in dataset.shards for entry in shard.entries)
    lines = [f"{dataset.folder}: {sum(counts.values())} examples"]
    for voice in dataset.voices:
        kinds = ", ".join(f"{counts[voice.name, kind]} {name}" for kind, name in enumerate(KINDS))
        role = ", for validation" if voice.name in dataset.validate else ""
        lines.append(f"  {voice.name}: {voice.minutes:.1f} min, {kinds}{role}")
    if dataset.failed:
        lines.append(f"  left out: {len(dataset.failed)} recordings")
    return "\n".join(lines)


def card_text(voices: Sequence[VoiceFacts], left_out: Sequence[str], stages: str, steps: int) -> str:
    """Return what a model file says about its training: corpora, licences, steps."""
    trained = [voice for voice in voices if voice.name not in left_out]
    corpora = "; ".join(f"{voice.name} ({voice.what}, {voice.licence})" for voice in trained)
    return f"Trained {steps} steps (stage {stages}) on {corpora}."
