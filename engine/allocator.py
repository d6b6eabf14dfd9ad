"""Makes the C library keep freed memory, because faulting it in anew costs more than the maths.

glibc returns blocks above 32 MB to the kernel when they are freed, and every page of the next
block is a page fault. A window's spectrograms are such blocks: measured on two cores, separating
with the draft took 0.040 s per second of audio with the defaults and 0.014 s with these settings,
at 30 MB more of peak memory (``tests/benchmarks/draft_cost.py`` measures it again).
"""

import ctypes
import sys

_M_TRIM_THRESHOLD = -1  # of malloc.h
_M_MMAP_THRESHOLD = -3
_BLOCK_BYTES = 1 << 30
_TRIM_BYTES = 1 << 29


def return_freed_memory() -> None:
    """Give pages back that no block uses, so that fragments do not pile up over hours.

    Called every few windows it bounds the peak and costs nothing that can be measured.
    """
    malloc_trim = getattr(_c_library(), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)


def keep_freed_memory() -> bool:
    """Ask the C library to keep what is freed; return whether it will.

    Only glibc knows the request; elsewhere nothing happens. Call it once, before large arrays
    are made, in a process that is there to separate or to train.
    """
    mallopt = getattr(_c_library(), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _BLOCK_BYTES)) and bool(
        mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES)
    )


def _c_library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform.startswith("linux") else None
