"""A second start hands its files to the studio that runs already: two processes, no screen."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.log_file import log_path
from app.running_studio import StudioDoor, _door_name, hand_over

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sockets of POSIX")

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 120

# A studio that tells what reaches it, opens nothing, and needs no engine.
TELLING_STUDIO = """
import sys
from app import __main__, application

class TellingStudio(application.Studio):
    def _begin(self, paths):
        self.begun.emit()
        print("begun", *paths, flush=True)

    def welcome(self, paths):
        super().welcome(())
        print("given", *paths, flush=True)

application.Studio = TellingStudio
sys.argv[0] = "strata"
__main__.run()
"""

StartStudio = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def _short_runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The name of a socket has a hundred characters at most."""
    folder = tempfile.mkdtemp(prefix="strata")
    monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
    yield
    shutil.rmtree(folder)


@pytest.fixture
def start_studio(tmp_path: Path) -> Iterator[StartStudio]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", TELLING_STUDIO, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_second_start_ends_and_the_first_gets_its_files(
    start_studio: StartStudio, tmp_path: Path
) -> None:
    first = start_studio()
    assert line_of(first) == "begun"

    second = start_studio("open", "a song.wav", "über.mp3")

    assert second.wait(TIMEOUT_SECONDS) == 0
    assert line_of(second) == ""
    assert line_of(first) == f"given {tmp_path / 'a song.wav'} {tmp_path / 'über.mp3'}"
    assert first.poll() is None


def test_a_second_start_without_files_only_shows_the_window(start_studio: StartStudio) -> None:
    first = start_studio()
    assert line_of(first) == "begun"

    assert start_studio().wait(TIMEOUT_SECONDS) == 0
    assert line_of(first) == "given"


def test_a_window_of_its_own_can_be_asked_for(start_studio: StartStudio) -> None:
    first = start_studio()
    assert line_of(first) == "begun"

    own = start_studio("open", "--new-window")
    assert line_of(own) == "begun"

    assert start_studio("open", "x").wait(TIMEOUT_SECONDS) == 0
    assert line_of(first).startswith("given")


def test_after_a_crash_the_next_studio_takes_the_files(start_studio: StartStudio) -> None:
    crashed = start_studio()
    assert line_of(crashed) == "begun"
    crashed.kill()
    crashed.wait(TIMEOUT_SECONDS)

    after = start_studio()
    assert line_of(after) == "begun"

    assert start_studio("open", "x").wait(TIMEOUT_SECONDS) == 0
    assert line_of(after).startswith("given")


def test_a_studio_that_hangs_keeps_nobody_from_working(start_studio: StartStudio) -> None:
    first = start_studio()
    assert line_of(first) == "begun"
    first.send_signal(signal.SIGSTOP)

    began = time.monotonic()
    assert not hand_over([Path("/x")])
    assert time.monotonic() - began < 5  # half a second, on a busy computer more

    assert line_of(start_studio()) == "begun"


def test_with_other_folders_it_is_another_studio(
    start_studio: StartStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert line_of(start_studio()) == "begun"

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))

    assert line_of(start_studio()) == "begun"


def test_a_window_that_closes_takes_no_files(start_studio: StartStudio) -> None:
    first = start_studio()
    assert line_of(first) == "begun"
    first.send_signal(signal.SIGTERM)

    assert first.wait(TIMEOUT_SECONDS) == 0
    assert not hand_over([Path("/x")])
    assert "ends with status 0" in log_path().read_text(encoding="utf-8")


@pytest.mark.parametrize("message", [b"no json\n", b'{"a": 1}\n', b"[1]\n", b'["\\u0000"]\n'])
def test_what_is_no_list_of_files_is_refused(qtbot: QtBot, message: bytes) -> None:
    owner = QObject()
    door = StudioDoor(owner)
    given: list[object] = []
    door.paths_arrived.connect(given.append)
    door.open()
    name = _door_name()
    assert name is not None
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(name)
        visitor.sendall(message)
        visitor.setblocking(False)
        received = bytearray()

        def is_over() -> bool:
            try:
                piece = visitor.recv(64)
            except BlockingIOError:
                return False
            received.extend(piece)
            return not piece

        qtbot.waitUntil(is_over)
    door.close()

    assert not received.startswith(b"taken")
    assert given == []


@pytest.mark.parametrize("is_open_to_others", [False, True])
def test_a_folder_that_others_can_write_to_is_no_meeting_point(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_open_to_others: bool
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"strata-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777 if is_open_to_others else 0o700)

    assert (_door_name() is None) is is_open_to_others
