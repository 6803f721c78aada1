"""`vbtools demo`: hear the engine at once, from nothing but this installation."""

from pathlib import Path

import click

from voicebank_tools.commands.engine_option import engine_option
from voicebank_tools.commands.progress import note_progress


@click.command(short_help="Make a small voicebank and sing a song with it.")
@click.option(
    "--output", "-o", "folder", default=".", metavar="FOLDER", help="Where the files go (made if missing).",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace an earlier demo.")
@click.option("--bars", type=click.IntRange(1, 16), default=16, help="Sing only the first bars of the song.")
@click.option(
    "--jobs", "-j", type=click.IntRange(min=0), default=0, help="Notes rendered at once; 0: one per core."
)
@engine_option
def demo(folder: Path, force: bool, bars: int, jobs: int, engine: str) -> None:
    """Make a small voicebank and sing Arirang with it, through the installed pychang-resampler.

    Nothing is downloaded: the voice is computed. Written are demo.wav (the song), demo.png (its
    spectrogram with the wanted and the sung pitch), demo.ust (the score) and demo-voice (the
    voicebank, for any UTAU-like host).
    """
    from voicebank_tools.demo import DemoFiles, draw_demo, make_bank_and_song, sing_demo

    files = DemoFiles(folder)
    make_bank_and_song(files, bars, replace=force)
    click.echo(f"{files.bank}: a voicebank, {len(list(files.bank.glob('*.wav')))} recordings")
    with note_progress() as on_progress:
        result = sing_demo(files, jobs, on_progress, engine)
    click.echo(f"{files.wav}: Arirang, {result.seconds:.1f} s, {result.notes} notes")
    median_cents = draw_demo(files, result)
    click.echo(f"{files.picture}: its pitch, within {median_cents:.1f} cents of the score (median)")
    click.echo("")
    click.echo("Next: listen to the wav, then sing a song of your own:")
    click.echo("  vbtools sing SONG.ust --voice VOICEBANK -o SONG.wav")
    click.echo("To use it in OpenUtau or UTAU, see README.md; the voicebank works there, too.")
