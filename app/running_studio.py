"""One window for all songs: a second start hands its files to the studio that runs already.

Both ends meet at a socket (a pipe on Windows) of the user. The running studio greets; the other
one sends its files as a line of JSON and ends once they are taken. Who hears nothing in time opens
a window of its own, so a studio that hangs or died keeps nobody from working.
"""

import hashlib
import json
import logging
import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:  # 20 ms that no window waits for
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

logger = logging.getLogger(__name__)

TIMEOUT_MS = 500
MAX_MESSAGE_BYTES = 1 << 22
GREETING = b"strata 1\n"
TAKEN = b"taken\n"


class StudioDoor(QObject):
    """Where a running studio takes the files of later starts.

    Signals:
        paths_arrived: Files (tuple of ``Path``) to open; none if only the window is wanted.
    """

    paths_arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server: QLocalServer | None = None

    def open(self) -> None:
        """Listen from now on, unless another studio of the user does."""
        from PySide6.QtNetwork import QLocalServer

        name = _door_name()
        if name is None:
            return
        # Asked first: listening would take the name from a studio that lives, and not even say so.
        if _connected(name) is not None:
            logger.info("another studio takes the files of later starts")
            return
        QLocalServer.removeServer(name)  # left by one that crashed
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(name):
            logger.info("later starts are not joined to this one: %s", server.errorString())
            return
        server.newConnection.connect(self._greet)
        self._server = server

    def close(self) -> None:
        """Listen no longer; a second call does nothing."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _greet(self) -> None:
        while self._server is not None and self._server.hasPendingConnections():
            visitor = self._server.nextPendingConnection()
            visitor.readyRead.connect(lambda visitor=visitor: self._take(visitor))
            visitor.disconnected.connect(visitor.deleteLater)
            visitor.write(GREETING)

    def _take(self, visitor: "QLocalSocket") -> None:
        if not visitor.canReadLine():
            if visitor.bytesAvailable() > MAX_MESSAGE_BYTES:
                visitor.abort()
            return
        paths = _paths_of(bytes(visitor.readLine().data()))
        if paths is None or self._server is None:
            visitor.abort()
            return
        visitor.write(TAKEN)
        visitor.flush()
        self.paths_arrived.emit(paths)


def hand_over(paths: Sequence[Path]) -> bool:
    """Give files to the studio that runs already; return whether it has taken them."""
    name = _door_name()
    if name is None or (os.name == "posix" and not Path(name).exists()):
        return False
    visitor = _connected(name)
    if visitor is None or _answer(visitor) != GREETING:
        return False
    visitor.write(json.dumps([str(path) for path in paths]).encode("ascii") + b"\n")
    return _answer(visitor) == TAKEN


def _connected(name: str) -> "QLocalSocket | None":
    from PySide6.QtNetwork import QLocalSocket

    visitor = QLocalSocket()
    visitor.connectToServer(name)
    return visitor if visitor.waitForConnected(TIMEOUT_MS) else None


def _answer(visitor: "QLocalSocket") -> bytes:
    while not visitor.canReadLine():
        if not visitor.waitForReadyRead(TIMEOUT_MS):
            return b""
    return bytes(visitor.readLine().data())


def _paths_of(line: bytes) -> tuple[Path, ...] | None:
    try:
        names = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(names, list):
        return None
    if not all(isinstance(name, str) and "\0" not in name for name in names):
        return None
    return tuple(Path(name) for name in names)


def _door_name() -> str | None:
    """Name the meeting point of this user, these folders and this screen; None if there is none.

    Studios with other settings or songs, or on another screen, are none of each other's business.
    """
    folders = (
        platformdirs.user_data_dir,
        platformdirs.user_config_dir,
        platformdirs.user_state_dir,
    )
    parts = [folder("Strata", appauthor=False) for folder in folders]
    parts += [os.environ.get(name, "") for name in ("DISPLAY", "WAYLAND_DISPLAY")]
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    name = f"strata-{digest[:16]}"
    if os.name != "posix":
        return name
    folder = _own_folder()
    return str(folder / name) if folder is not None else None


def _own_folder() -> Path | None:
    """Return a folder that nobody else can write to; None if somebody else came first."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime)
    folder = Path(tempfile.gettempdir()) / f"strata-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return folder if is_own and not found.st_mode & 0o077 else None
