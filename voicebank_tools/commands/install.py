"""`vbtools install` and `vbtools uninstall`: the resampler for a host, in one step."""

import os
from pathlib import Path

import click

from voicebank_tools.commands.engine_option import ENGINE_TYPE, checked_engine

HOSTS = click.Choice(["openutau", "utau"])


@click.command(short_help="Put the resampler into OpenUtau, or tell how to use it in UTAU.")
@click.argument("host", type=HOSTS, metavar="openutau|utau")
@click.option(
    "--folder", metavar="DIR", type=click.Path(path_type=Path),
    help="OpenUtau's data folder, if not the usual one (portable OpenUtau: where OpenUtau.exe is).",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Change nothing; ask for a note exactly as OpenUtau does.")
@click.option("--force", is_flag=True, help="Replace files of the same names that are not PyChang's.")
@click.option(
    "--engine", type=ENGINE_TYPE, metavar="classic|neural", callback=checked_engine,
    help="With --check: what is to sing.",
)  # fmt: skip
def install(host: str, folder: Path | None, check: bool, force: bool, engine: str) -> int:
    """Put the resampler and its flags into OpenUtau; for UTAU: print what to set there.

    OpenUtau gets two small files in its Resamplers folder, pychang.sh (Windows: pychang.exe) and
    pychang.yaml. They point to this installation: after moving it, install again.
    """
    from voicebank_tools.install import find_openutau, install_openutau, openutau_cache, utau_advice

    if engine and not check:
        raise click.UsageError("--engine goes with --check; hosts choose by PYCHANG_ENGINE")
    if host == "utau":
        click.echo(utau_advice())
        return 0
    place = find_openutau(folder)
    if check:
        return _check(place.folder, engine)
    replaced = install_openutau(place, force)
    click.echo(f"{place.launcher}\n{place.manifest}")
    if replaced:
        click.echo("replaced. OpenUtau keeps notes rendered before: clear its cache (Tools menu),")
        click.echo(f"  {openutau_cache(os.environ, place)}")
    else:
        click.echo("Next, in OpenUtau's track settings: renderer CLASSIC, resampler pychang.")
    click.echo("To see that it works: vbtools install openutau --check")
    return 0


@click.command(short_help="Take the resampler out of OpenUtau.")
@click.argument("host", type=click.Choice(["openutau"]), metavar="openutau")
@click.option(
    "--folder", metavar="DIR", type=click.Path(path_type=Path),
    help="OpenUtau's data folder, if it is not the usual one.",
)  # fmt: skip
def uninstall(host: str, folder: Path | None) -> int:
    """Remove the two files that `vbtools install openutau` has written, and nothing else."""
    from voicebank_tools.install import find_openutau, uninstall_openutau

    place = find_openutau(folder)
    removed, kept = uninstall_openutau(place)
    for path in removed:
        click.echo(f"removed {path}")
    for path in kept:
        click.echo(f"{path} is not from PyChang and stays", err=True)
    if not removed and not kept:
        click.echo(f"nothing of PyChang's is in {place.folder}")
    return 1 if kept else 0


def _check(folder: Path, engine: str) -> int:
    from voicebank_tools.install import Place
    from voicebank_tools.install_check import check_openutau

    found = check_openutau(Place(folder), engine)
    for problem in found.problems:
        click.echo(f"problem: {problem}", err=True)
    if found.problems:
        return 1
    first_s, second_s = found.seconds
    click.echo(f"It sings: first note after {first_s:.2f} s, second after {second_s:.3f} s.")
    return 0
