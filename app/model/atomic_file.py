"""Files that hold either their old content or their new one, whatever happens in between."""

import contextlib
import os
from pathlib import Path
from threading import Lock

# Two threads of ours would share the temporary name, and the later content would not win.
_writing = Lock()


def write_atomically(path: Path, content: bytes, *, waits_for_disk: bool = True) -> None:
    """Replace a file, or make it, so that nobody ever sees a part of the content.

    One process at a time may write a file.

    Args:
        path: The file.
        content: All of it.
        waits_for_disk: The content is on the disk before it gets its name, so that not even a
            loss of power leaves an empty file. Without it, a kill of the program is survived.

    Raises:
        OSError: The file cannot be written; it is as it was.
    """
    part = path.with_name(f".{path.name}.part")
    with _writing:
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                if waits_for_disk:
                    os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        if waits_for_disk:
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
