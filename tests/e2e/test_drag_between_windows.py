"""A real mouse drags stems from one program's window into another's, on a real X server."""

import itertools
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.app.separated_song import STEMS

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 20.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
    ),
]


class Window:
    """The other program, and what it says."""

    def __init__(self, stack: ExitStack, environment: dict[str, str], *arguments: str) -> None:
        command = [sys.executable, "-m", "tests.e2e.drag_window", *arguments]
        self._program = stack.enter_context(
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(self._program.terminate)
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next_line(self) -> str:
        """Wait for the next thing that it says."""
        return self._lines.get(timeout=TIMEOUT_S)

    @property
    def has_said_something(self) -> bool:
        """Whether a line waits to be read."""
        return not self._lines.empty()

    def _read(self) -> None:
        assert self._program.stdout is not None
        for line in self._program.stdout:
            self._lines.put(line.rstrip("\n"))


@dataclass(frozen=True, slots=True)
class Screen:
    """An X server and the mouse on it."""

    environment: dict[str, str]

    def mouse(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=TIMEOUT_S)


@pytest.fixture
def screen() -> Iterator[Screen]:
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "800x400x24", "-nolisten"]
    with subprocess.Popen(
        [*command, "tcp"], pass_fds=[write_end], stderr=subprocess.DEVNULL
    ) as server:
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        yield Screen(environment)
        server.terminate()


def test_stems_are_dragged_into_another_program(screen: Screen, tmp_path: Path) -> None:
    with ExitStack() as stack:
        giving = Window(stack, screen.environment, "give", str(tmp_path))
        taking = Window(stack, screen.environment, "take")
        assert giving.next_line() == taking.next_line() == "shown"

        screen.mouse("mousemove", "100", "100", "mousedown", "1")
        deadline = time.monotonic() + TIMEOUT_S
        steps = itertools.chain(range(110, 560, 15), itertools.cycle((550, 560)))
        # The drag begins when the files are there, so the mouse goes on moving until then.
        while not taking.has_said_something and time.monotonic() < deadline:
            screen.mouse("mousemove", str(next(steps)), "120")
        assert taking.next_line() == "entered"
        screen.mouse("mousemove", "565", "125", "sleep", "0.1", "mouseup", "1")

        dropped = [taking.next_line() for _ in STEMS]
        assert taking.next_line() == "complete"
        assert giving.next_line() == f"taken {len(STEMS)}"

    paths = [Path(line.removeprefix("dropped ")) for line in dropped]
    folder = tmp_path / "On the Run"
    for path, name in zip(paths, STEMS, strict=True):
        assert path.parent == folder / "exports"
        lane_TC = soundfile.read(folder / "stems" / f"{name}.wav", dtype="float32")[0]
        slice_TC = soundfile.read(path, dtype="float32")[0]
        assert np.array_equal(slice_TC, lane_TC[1000:200_000])
