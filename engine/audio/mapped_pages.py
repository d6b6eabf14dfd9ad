"""Says which parts of mapped files are wanted in memory, and which no longer.

Left to itself, the system reads some way ahead of every page that is missing, at once, in the
thread that touched it: megabytes on some machines, and where a song has not been separated yet it
fills as many with silence. That took a thread up to 100 ms now and then, and with it the core.
"""

import mmap
import sys

import numpy as np

from engine.events import FloatArray

SYSTEM_CALL_BYTES = 1 << 18
"""Much longer calls keep a core from threads in a hurry where a system ends calls first."""


def is_mapped(samples: FloatArray) -> bool:
    """Whether an array is a part of a file, so that reading it may mean to wait for a disk."""
    return _mapping_of(samples) is not None


def never_read_ahead(samples: FloatArray) -> None:
    """Let whoever touches a page of this mapped file wait for that page alone.

    Whoever reads more than a few asks for them with ``fetch_pages`` first, or a disk is slow.
    """
    _advise(samples, "MADV_RANDOM", is_shrunk=False)


def fetch_pages(samples: FloatArray) -> None:
    """Have the system read a part of a mapped file in one go, ahead of those who look at it.

    Nothing happens to other arrays, nor on systems that cannot do this.

    Args:
        samples: A part of a mapped file, without gaps.
    """
    _advise(samples, "MADV_WILLNEED", is_shrunk=False, call_bytes=SYSTEM_CALL_BYTES)


def release_pages(samples: FloatArray) -> None:
    """Let the system take back the memory of a part of a mapped file, now that it was read.

    The file stays as it is, and whoever reads this part again gets the same samples, mostly from
    the system's own cache. Without this, a process seems to grow by every file it has looked at.
    Nothing happens to other arrays, nor on systems that cannot do this.

    Args:
        samples: A part of a mapped file, without gaps.
    """
    # Only whole pages: what lies beside belongs to somebody else.
    _advise(samples, "MADV_DONTNEED", is_shrunk=True)


def _advise(
    samples: FloatArray, advice: str, *, is_shrunk: bool, call_bytes: int = sys.maxsize
) -> None:
    if samples.size == 0 or not hasattr(mmap, advice):
        return
    mapping = _mapping_of(samples)
    if mapping is None:
        return
    start = samples.ctypes.data - np.frombuffer(mapping, np.uint8).ctypes.data
    stop = start + samples.nbytes
    if is_shrunk:
        start, stop = -(-start // mmap.PAGESIZE), stop // mmap.PAGESIZE
    else:
        start, stop = start // mmap.PAGESIZE, -(-stop // mmap.PAGESIZE)
    start, stop = start * mmap.PAGESIZE, min(stop * mmap.PAGESIZE, len(mapping))
    for piece in range(start, stop, call_bytes):
        mapping.madvise(getattr(mmap, advice), piece, min(call_bytes, stop - piece))


def _mapping_of(samples: FloatArray) -> mmap.mmap | None:
    base: object = samples
    is_shared = True
    while isinstance(base, np.ndarray):
        # Changes to a mapping of its own would be lost.
        is_shared = is_shared and getattr(base, "mode", "r") != "c"
        base = base.base
    return base if isinstance(base, mmap.mmap) and is_shared else None
