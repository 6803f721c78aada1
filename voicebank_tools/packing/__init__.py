"""A voicebank as the zip file that users install."""
