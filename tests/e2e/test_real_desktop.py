"""The real program on a real X server, with a mouse and a keyboard that are real to it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.log_file import log_path
from app.model.project_file import read_project
from app.model.project_snapshot import ProjectSnapshot
from app.model.song_folder import songs_root
from app.model.song_status import Phase
from app.resource_files import resource_path

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 120.0
POLL_SECONDS = 0.1

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
    ),
]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """What a program needs to be on a screen of its own."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1400x900x24", "-nolisten"]
    with subprocess.Popen(
        [*command, "tcp"], pass_fds=[write_end], stderr=subprocess.DEVNULL
    ) as server:
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        server.terminate()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come so far"
        time.sleep(POLL_SECONDS)


def test_a_song_is_opened_muted_played_and_found_as_it_was_left(
    environment: dict[str, str],
) -> None:
    demo = next(resource_path("demo").glob("*.ogg"))
    project = songs_root() / demo.stem

    def saved() -> ProjectSnapshot | None:
        return read_project(project) if (project / "project.json").exists() else None

    def is_done() -> bool:
        snapshot = saved()
        return snapshot is not None and snapshot.phase is Phase.DONE

    def is_muted() -> bool:
        snapshot = saved()
        return snapshot is not None and any(lane.muted for lane in snapshot.state.lanes.values())

    def tool(*words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=environment,
            check=True,
            timeout=TIMEOUT_SECONDS,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    with subprocess.Popen(
        [sys.executable, "-m", "app", "open", str(demo)], cwd=ROOT, env=environment
    ) as program:
        try:
            wait_until(is_done)
            window = tool("search", "--onlyvisible", "--name", f"{demo.stem} – Strata")
            tool("windowfocus", "--sync", window)
            tool("mousemove", "--window", window, "900", "420", "click", "1")
            tool("key", "m")
            wait_until(is_muted)
            tool("key", "space")
            tool("key", "ctrl+q")
            status = program.wait(TIMEOUT_SECONDS)
        finally:
            program.kill()

    assert status == 0
    log = log_path().read_text(encoding="utf-8")
    assert "ends with status 0" in log
    assert " ERROR " not in log
    assert " CRITICAL " not in log
    snapshot = saved()
    assert snapshot is not None
    assert snapshot.view.position > 0
