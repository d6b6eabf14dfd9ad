"""Command line of the engine: ``strata separate song.mp3 --out stems`` and its neighbours.

It translates arguments, results and errors, and does nothing else. The commands import what they
need when they run, so that help and the list of models appear at once.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from engine.commands import (
    add_stem,
    combine_priors,
    evaluate,
    models,
    render,
    separate,
    serve,
    train,
)
from engine.commands.console import make_output_safe, report_error, report_line
from engine.commands.interruption import EXIT_INTERRUPTED
from engine.errors import EngineError
from engine.product_version import product_version

EXIT_OK = 0
EXIT_BUG = 1
EXIT_USER_ERROR = 2
DEBUG_VARIABLE = "STRATA_DEBUG"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status of the process.

    Raises:
        SystemExit: The arguments are wrong (status 2), or only help was asked for (status 0).
    """
    make_output_safe()
    as_json = False
    try:
        args = _parser().parse_args(argv)
        as_json = getattr(args, "progress", None) == "json"
        status: int = args.run(args)
    except EngineError as error:
        report_error(error, as_json=as_json)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        report_line("interrupted", as_json=as_json, event="interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  the outermost place: what arrives here is our bug
        return _report_bug(error, as_json=as_json)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="strata",
        description="Takes a mix apart into stems that add up to it.",
    )
    parser.add_argument("--version", action="version", version=f"strata {product_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (separate, models, render, train, add_stem, combine_priors, evaluate, serve):
        command.add_parser(commands)
    return parser


def _report_bug(error: Exception, *, as_json: bool) -> int:
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
        return EXIT_BUG
    log = _write_log("".join(traceback.format_exception(error)))
    where = f"The details are in {log}." if log else f"Set {DEBUG_VARIABLE}=1 to see the details."
    mistake = EngineError("This is a mistake in Strata, not yours.", remedy=where)
    report_error(mistake, as_json=as_json)
    return EXIT_BUG


def _write_log(text: str) -> Path | None:
    import platformdirs

    now = datetime.now().astimezone()
    try:
        folder = platformdirs.user_log_path("Strata", appauthor=False, ensure_exists=True)
        log = folder / f"error-{now:%Y-%m-%d-%H%M%S}-{os.getpid()}.log"
        log.write_text(f"strata {product_version()}\n{sys.argv}\n{text}", encoding="utf-8")
    except OSError:
        return None
    return log
