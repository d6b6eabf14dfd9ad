"""Gives memory back that parts of mapped files stand in."""

import mmap

import numpy as np

from engine.events import FloatArray


def release_pages(samples: FloatArray) -> None:
    """Let the system take back the memory of a part of a mapped file, now that it was read.

    The file stays as it is, and whoever reads this part again gets the same samples, mostly from
    the system's own cache. Without this, a process seems to grow by every file it has looked at.
    Nothing happens to other arrays, and on systems that cannot do this.

    Args:
        samples: A part of a mapped file, without gaps.
    """
    if samples.size == 0 or not hasattr(mmap, "MADV_DONTNEED"):
        return
    mapping = _mapping_of(samples)
    if mapping is None:
        return
    offset = samples.ctypes.data - np.frombuffer(mapping, np.uint8).ctypes.data
    # Only whole pages: what lies beside belongs to somebody else.
    start = -(-offset // mmap.PAGESIZE) * mmap.PAGESIZE
    stop = (offset + samples.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    if start < stop:
        mapping.madvise(mmap.MADV_DONTNEED, start, stop - start)


def _mapping_of(samples: FloatArray) -> mmap.mmap | None:
    base: object = samples
    is_shared = True
    while isinstance(base, np.ndarray):
        # Changes to a mapping of its own would be lost.
        is_shared = is_shared and getattr(base, "mode", "r") != "c"
        base = base.base
    return base if isinstance(base, mmap.mmap) and is_shared else None
