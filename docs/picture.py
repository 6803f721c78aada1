"""Draws `docs/images/demo.png` anew: the demo's own picture of the first bars, made small."""

import tempfile
from pathlib import Path

from PIL import Image

from voicebank_tools.demo import DemoFiles, draw_demo, make_bank_and_song, sing_demo

BARS = 4
WIDTH = 1000
COLOURS = 128
PICTURE = Path(__file__).resolve().parent / "images" / "demo.png"


def main() -> None:
    """Sing, draw, shrink; takes some seconds."""
    with tempfile.TemporaryDirectory() as folder:
        files = DemoFiles(Path(folder))
        make_bank_and_song(files, BARS)
        draw_demo(files, sing_demo(files))
        with Image.open(files.picture) as picture:
            height = round(picture.height * WIDTH / picture.width)
            small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    PICTURE.parent.mkdir(exist_ok=True)
    small.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        PICTURE, optimize=True
    )


if __name__ == "__main__":
    main()
