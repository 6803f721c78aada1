"""Recordings -> clips of one length, cut in silence, that join back sample for sample.

sound (blocks) -> levels (frames) -> cuts (places to cut) -> choose (which of them) -> manifest -> clips
"""
