"""Entry point of Strata: the studio without arguments, else a command of the engine."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from engine import cli
from engine.commands.interruption import end_process

STUDIO_COMMAND = "open"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status of the process."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if _is_for_engine(arguments):
        return cli.main(arguments)
    options = _studio_parser().parse_args(arguments[1:])
    return _open_studio(options.songs, is_new_window=options.new_window)


def _is_for_engine(arguments: Sequence[str]) -> bool:
    return bool(arguments) and arguments[0] != STUDIO_COMMAND


def _studio_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="strata open",
        description="Opens the studio; `strata` without a command does the same.",
    )
    parser.add_argument(
        "songs", nargs="*", type=Path, metavar="FILE", help="songs, folders or projects to open"
    )
    parser.add_argument(
        "--new-window",
        action="store_true",
        help="open a window of its own although the studio runs already",
    )
    return parser


def _open_studio(paths: Sequence[Path], *, is_new_window: bool) -> int:
    try:
        # Imported here so that the commands neither need nor load a GUI.
        from app.application import run as run_studio
    except ImportError as error:
        print(
            f"error: The studio cannot start, because a part of it is missing ({error}). "
            "Install it with: bash packaging/run.sh",
            file=sys.stderr,
        )
        return cli.EXIT_USER_ERROR
    return run_studio([path.absolute() for path in paths], is_new_window=is_new_window)


def run() -> NoReturn:
    """Run the process's own arguments and end the process; what ``strata`` calls."""
    # Qt's own end destroys what belongs to Python (the files on the clipboard) when Python is gone
    # already, and crashes. Everything is saved and stopped by then, so there is nothing to lose.
    end_process(main(), at_once=not _is_for_engine(sys.argv[1:]))


if __name__ == "__main__":
    run()
