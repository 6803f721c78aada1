"""Readers of song files; each returns a `voicebank_tools.score.Score`."""
