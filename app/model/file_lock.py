"""A lock on a file that the system lets go of when its process ends, in whatever way."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FileLock:
    """Held from ``acquire`` to ``release`` or the end of the process.

    Unlike a file with the number of a process in it, it cannot be left behind by a crash, and a
    later process that got the same number is not taken for the owner.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if nobody has it; the file is made if it is missing.

        Raises:
            OSError: The file cannot be made.
        """
        if self._descriptor is not None:
            return True
        # Not handed on to child processes, which would hold the lock beyond our end.
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_same = _lock(descriptor) and _is_at(descriptor, self.path)
        except BaseException:
            os.close(descriptor)
            raise
        if not is_same:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go; may be called twice. The file stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def remove(self) -> None:
        """Let go and remove the file, which has to be ours."""
        if self._descriptor is None:
            raise ValueError(f"{self.path} is not held")
        if os.name == "nt":  # Windows does not remove open files
            self.release()
        self.path.unlink(missing_ok=True)
        self.release()


if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the file still has its name: its owner may have removed it before we locked it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
