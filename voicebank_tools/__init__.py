"""Files and people: voicebanks, scores, songs and the `vbtools` program."""
