"""The process of the studio as a whole: how it starts, and how it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QtMsgType
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import app.__main__ as program
from app import exception_hooks
from app.application import EndSignals
from app.exception_hooks import UncaughtErrors
from app.log_file import log_path, start_logging
from engine.errors import EngineError

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 120


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env={**variables, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a desktop")
@pytest.mark.parametrize("arguments", [[], ["open"], ["open", "song.wav"]])
def test_without_a_desktop_it_says_so_and_ends(arguments: list[str]) -> None:
    process = start(*arguments, QT_QPA_PLATFORM="xcb")

    output, complaint = process.communicate(timeout=TIMEOUT_SECONDS)

    assert process.returncode == 2
    assert output == ""
    assert complaint.startswith("error: The studio needs a graphical desktop")
    assert len(complaint.splitlines()) == 1


def test_a_platform_that_is_not_there_is_told_in_one_sentence() -> None:
    process = start(QT_QPA_PLATFORM="nonsense")

    _, complaint = process.communicate(timeout=TIMEOUT_SECONDS)

    assert process.returncode == 2
    assert len(complaint.splitlines()) == 1


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_in_good_order(number: signal.Signals) -> None:
    process = start(QT_QPA_PLATFORM="offscreen")
    log = log_path()
    while "starts" not in (log.read_text(encoding="utf-8") if log.exists() else ""):
        assert process.poll() is None
    # The handler is there before the log says that it starts.
    process.send_signal(number)

    process.communicate(timeout=TIMEOUT_SECONDS)

    assert process.returncode == 0
    assert "ends with status 0" in log.read_text(encoding="utf-8")


def test_help_of_open_needs_no_window(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        program.main(["open", "--help"])

    assert exit_info.value.code == 0
    assert "songs, folders or projects" in capsys.readouterr().out


def test_paths_are_taken_from_where_the_user_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Path] = []
    monkeypatch.chdir(tmp_path)

    def record(paths: list[Path], *, is_new_window: bool) -> int:
        assert not is_new_window
        opened.extend(paths)
        return 0

    monkeypatch.setattr("app.application.run", record)

    assert program.main(["open", "a.wav", "b"]) == 0
    assert opened == [tmp_path / "a.wav", tmp_path / "b"]


def test_the_log_is_in_the_users_folder_and_two_older_ones_are_kept() -> None:
    start_logging()

    import logging

    logging.getLogger("test").info("a line")
    logging.shutdown()

    assert "a line" in log_path().read_text(encoding="utf-8")
    logging.basicConfig(handlers=[], force=True)


def test_an_error_that_nobody_caught_is_logged_and_told(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    errors = UncaughtErrors()
    told: list[EngineError] = []
    errors.error_raised.connect(told.append)

    errors.report(ZeroDivisionError, ZeroDivisionError("inside"), None)
    errors.report(EngineError, EngineError("The disk is full."), None)

    assert told[0].message == "Something went wrong that should not have."
    assert told[1].message == "The disk is full."
    assert "ZeroDivisionError: inside" in caplog.text


def test_what_qt_says_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    exception_hooks._log_qt_message(QtMsgType.QtWarningMsg, None, "odd")  # type: ignore[arg-type]

    assert "odd" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_signals_arrive_in_the_gui_thread(qapp: QApplication, qtbot: QtBot) -> None:
    previous = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    owner = QObject()
    signals = EndSignals(owner)
    try:
        with qtbot.waitSignal(signals.raised, timeout=5_000):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signals.stop()
        signal.signal(signal.SIGTERM, previous[0])
        signal.signal(signal.SIGINT, previous[1])
