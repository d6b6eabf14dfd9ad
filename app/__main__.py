"""Entry point of Strata: the studio without arguments, else a command of the engine."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from engine import cli
from engine.commands.interruption import end_process

STUDIO_COMMAND = "open"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status of the process."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] == STUDIO_COMMAND:
        print(
            "error: The studio is not part of this version yet. "
            "Take a song apart with: strata separate SONG --out FOLDER",
            file=sys.stderr,
        )
        return cli.EXIT_USER_ERROR
    return cli.main(arguments)


def run() -> NoReturn:
    """Run the process's own arguments and end the process; what ``strata`` calls."""
    end_process(main())


if __name__ == "__main__":
    run()
