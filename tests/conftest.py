"""What every test may rely on.

No screen, no network, none of the user's own folders, no thread that stays behind, and the same
examples on every run.
"""

import os
import socket
from collections.abc import Iterator

import hypothesis
import pytest
from PySide6.QtCore import QSettings, QThread
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Set before torch is imported: more threads than cores only slow each other down.
os.environ.setdefault("OMP_NUM_THREADS", "2")

hypothesis.settings.register_profile("project", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("project")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every internet connection; sockets between own processes stay allowed."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: tuple[str, int] | str) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            raise AssertionError(f"a test tried to reach {address!r} over the network")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def _private_user_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep tests away from the settings, songs and logs of whoever runs them."""
    home = tmp_path_factory.mktemp("user")
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    for store in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(store, QSettings.Scope.UserScope, str(home / "config"))


@pytest.fixture(autouse=True)
def _clipboard_is_left_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take back what a test has copied: the offscreen clipboard dies after Python does.

    It would then destroy an object that Python made, which ends the process with a crash.
    """
    yield
    if "qapp" in request.fixturenames:
        QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def _no_thread_outlives_its_test(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    if "qapp" not in request.fixturenames:
        yield
        return
    started: list[QThread] = []
    start = QThread.start

    def record(thread: QThread) -> None:
        started.append(thread)
        start(thread)

    monkeypatch.setattr(QThread, "start", record)
    yield
    alive = [thread for thread in started if isValid(thread) and thread.isRunning()]
    leaked = [thread.objectName() or repr(thread) for thread in alive]
    assert not leaked, f"threads still running after the test: {leaked}"
