"""Where a clip's text comes from: a text beside it, a recording list, oto.ini or a score."""
