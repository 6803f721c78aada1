"""Recordings sung to a guide track: one mora on every beat."""

from dataclasses import replace

from voicebank_tools.labels.segment import Transcript


def on_the_beat(transcript: Transcript, first_sound_s: float, duration_s: float, bpm: float) -> Transcript:
    """Return the transcript with an onset for every word: the first where the sound begins, each other a
    beat later (the practice of VCV recording lists: OREMO's guide tracks, setParam's and vLabeler's rules).

    Onsets that are known stay. A recording too short for its beats was sung to another tempo: no onsets.
    """
    beat_s = 60.0 / bpm
    if first_sound_s + (len(transcript.words) - 1) * beat_s >= duration_s:
        return transcript
    onsets_s = (first_sound_s + number * beat_s for number in range(len(transcript.words)))
    known = zip(transcript.onsets_s, onsets_s, strict=False)
    return replace(transcript, onsets_s=tuple(beat if own is None else own for own, beat in known))
