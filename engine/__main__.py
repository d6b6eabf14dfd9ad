"""``python -m engine``: the command line without the studio."""

from engine.cli import main
from engine.commands.interruption import end_process

if __name__ == "__main__":
    end_process(main())
