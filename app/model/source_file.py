"""Which file on the user's disk a song was made of, so that the same one is known again."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStamp:
    """A file as it was when it was read; another content has another stamp.

    Attributes:
        num_bytes: Its size.
        modified_ns: When it was written last, in nanoseconds since 1970.
    """

    num_bytes: int
    modified_ns: int


def stamp_of(path: Path) -> SourceStamp | None:
    """Look at a file; None if it cannot be looked at. Disks can be slow: not in the GUI thread."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return SourceStamp(num_bytes=facts.st_size, modified_ns=facts.st_mtime_ns)
