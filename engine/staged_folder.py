"""A folder that appears under its name with all its files at once, or not at all."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from engine.errors import OutputError
from engine.wording import Wording, system_reason

PREFIX = ".strata-"
# Removing competes with a thread that may still be writing; it wins within a few rounds.
MAX_REMOVAL_ROUNDS = 5


class StagedFolder:
    """Gathers files in a hidden folder beside their destination and moves them there at once.

    A context manager: whatever is not published when the block ends is removed, and so are the
    parent folders that were made for it.

    Attributes:
        path: The hidden folder; write the files here.
    """

    def __init__(self, parent: Path, *, number: int = 0) -> None:
        self.path = parent / f"{PREFIX}{os.getpid()}-{number}"
        self._parent = parent
        self._made: list[Path] = []

    def __enter__(self) -> "StagedFolder":
        """Make the hidden folder and the parents that it lacks.

        Raises:
            OutputError: The folder cannot be made.
        """
        self._made = missing_folders(self._parent)
        try:
            self._parent.mkdir(parents=True, exist_ok=True)
            self.path.mkdir()
        except BaseException as error:
            self._discard()
            if isinstance(error, OSError):
                raise _not_writable(self._parent, error) from error
            raise
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove what has not been published."""
        self._discard()

    def publish(self, destination: Path) -> None:
        """Move all files to a folder that does not exist yet, in one step.

        Raises:
            FileExistsError: Somebody has made the folder in the meantime.
            OutputError: The folder cannot be made.
        """
        if os.path.lexists(destination):
            raise FileExistsError(destination)
        try:
            self.path.rename(destination)
        except OSError as error:
            if os.path.lexists(destination):
                raise FileExistsError(destination) from error
            raise _not_writable(destination, error) from error

    def publish_into(self, destination: Path) -> None:
        """Move the files into an existing folder, over files of the same names.

        If one of them cannot be moved, the folder is as it was before.

        Raises:
            OutputError: A file cannot be replaced.
        """
        names = sorted(file.name for file in self.path.iterdir())
        replaced = self.path / "replaced"
        try:
            replaced.mkdir()
            for name in names:
                if (destination / name).is_dir():
                    reason = Wording("a folder has the name of a file")
                    raise IsADirectoryError(errno.EISDIR, reason)  # noqa: TRY301
                if os.path.lexists(destination / name):
                    (destination / name).rename(replaced / name)
                (self.path / name).rename(destination / name)
        except BaseException as error:
            for name in names:
                if not os.path.lexists(self.path / name):
                    (destination / name).unlink(missing_ok=True)
                if os.path.lexists(replaced / name):
                    (replaced / name).rename(destination / name)
            if isinstance(error, OSError):
                raise _not_writable(destination, error) from error
            raise

    def _discard(self) -> None:
        _remove_tree(self.path)
        remove_empty_folders(self._made)


def missing_folders(folder: Path) -> list[Path]:
    """List the folders that have to be made before ``folder`` exists, the innermost first."""
    return [path for path in (folder, *folder.parents) if not os.path.lexists(path)]


def remove_empty_folders(folders: Iterable[Path]) -> None:
    """Remove folders, the innermost first, up to the first one that holds something."""
    for folder in folders:
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


def discard_staged_folders(parent: Path) -> None:
    """Remove every hidden folder that this process has left in ``parent``."""
    if parent.is_dir():
        for folder in parent.glob(f"{PREFIX}{os.getpid()}-*"):
            _remove_tree(folder)


def _remove_tree(folder: Path) -> None:
    for _ in range(MAX_REMOVAL_ROUNDS):
        if not os.path.lexists(folder):
            return
        shutil.rmtree(folder, ignore_errors=True)


def _not_writable(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        "Nothing could be written to “{folder}”: {reason}.",
        remedy="Choose another folder, or make room in this one.",
        folder=str(folder),
        reason=system_reason(error),
    )
