from voicebank_tools.g2p.english import read_english

WORDS = {"i'm": ("ay", "m"), "talking": ("t", "ao"), "well-known": ("w", "n"), "me": ("m", "iy")}


def test_words_and_their_parts() -> None:
    reading = read_english("I’m Talking-me, well-known SP 'me' ajfish!", WORDS)
    assert [word.text for word in reading.words] == ["I’m", "Talking", "me", "well-known", "SP", "me"]
    assert reading.words[0].phones == ("ay", "m")
    assert reading.unknown == ("ajfish",)
