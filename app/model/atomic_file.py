"""Files that hold either their old content or their new one, whatever happens in between."""

import contextlib
import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file, or make it, so that nobody ever sees a part of the content.

    The content is on the disk before it gets its name, so that not even a loss of power leaves
    an empty file. One writer at a time: two would share the temporary name.

    Raises:
        OSError: The file cannot be written; it is as it was.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Have a file's content stored on the disk, whichever process has written it.

    Raises:
        OSError: There is no such file, or the disk refuses.
    """
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    # The new name is an entry of the folder. Windows cannot open folders, and needs no help.
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network drives refuse; the file itself is safe
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
