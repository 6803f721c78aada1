"""Recordings sung to a guide track: one mora on every beat."""

from dataclasses import replace

from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Transcript


def on_the_beat(transcript: Transcript, first_sound_s: float, duration_s: float, bpm: float) -> Transcript:
    """Return the transcript with an onset for every word but pauses: the first where the sound begins, each
    other a beat later (the practice of VCV recording lists: OREMO's guide tracks, setParam's and vLabeler's
    rules).

    Onsets that are known stay. A recording too short for its beats was sung to another tempo: no onsets.
    """
    beat_s = 60.0 / bpm
    sung = [number for number, word in enumerate(transcript.words) if not pause_name(word.text)]
    if first_sound_s + (len(sung) - 1) * beat_s >= duration_s:
        return transcript
    onsets_s = list(transcript.onsets_s)
    for beat, number in enumerate(sung):
        known = onsets_s[number]
        onsets_s[number] = first_sound_s + beat * beat_s if known is None else known
    return replace(transcript, onsets_s=tuple(onsets_s))
