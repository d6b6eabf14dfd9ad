"""Programs of the operating system that rendering calls, found or named."""

import shutil

from engine.errors import MissingToolError

_DEBIAN_PACKAGE = {
    "fluidsynth": "fluidsynth",
    "mma": "mma",
    "ffmpeg": "ffmpeg",
    "flite": "flite",
}


def find_program(name: str) -> str:
    """Return the path of a program.

    Raises:
        MissingToolError: If it is not installed; the remedy is the line that installs it.
    """
    path = shutil.which(name)
    if path is None:
        package = _DEBIAN_PACKAGE.get(name, name)
        raise MissingToolError(
            f"The program “{name}” is not installed.", remedy=f"apt-get install {package}"
        )
    return path


def has_program(name: str) -> bool:
    """Return whether a program is installed."""
    return shutil.which(name) is not None
