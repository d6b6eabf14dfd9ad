"""Writing lines to a terminal, a file or a pipe whose reader may have gone."""

import io
import json
import os
import sys
from collections.abc import Mapping
from typing import TextIO

from engine.errors import EngineError
from engine.model_card import JsonValue


def make_output_safe() -> None:
    """Let names that the terminal cannot show appear escaped instead of raising an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write(text: str, stream: TextIO) -> None:
    """Write and flush; a reader that has gone ends the output, not the work."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # What is still in the buffer would raise again when the interpreter flushes it at its end.
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), stream.fileno())


def print_line(text: str) -> None:
    """Write a line of the command's result to standard output."""
    write(f"{text}\n", sys.stdout)


def print_json(value: JsonValue) -> None:
    """Write a result for programs to standard output."""
    print_line(json.dumps(value, indent=2))


def report_event(event: str, facts: Mapping[str, JsonValue]) -> None:
    """Write one JSON object in one line to standard error: ``{"event": ..., ...}``."""
    write(f"{json.dumps({'event': event, **facts})}\n", sys.stderr)


def report_error(error: EngineError, *, as_json: bool) -> None:
    """Tell the user what happened and what to do about it."""
    if as_json:
        report_event("error", {"message": error.message, "remedy": error.remedy})
    else:
        write(f"error: {error.message} {error.remedy}".rstrip() + "\n", sys.stderr)


def report_line(text: str, *, as_json: bool, event: str = "notice") -> None:
    """Tell the user something that is neither result nor error."""
    if as_json:
        report_event(event, {"message": text})
    else:
        write(f"{text}\n", sys.stderr)
