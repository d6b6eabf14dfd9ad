import platform
import subprocess
import sys

import pytest

# Faults of the last of a few large blocks that are written and freed.
CODE = """
import resource, sys
import numpy as np
from engine.allocator import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(16_000_000, dtype=np.float32).sum()
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults)
"""


def faults_of_a_repeated_block(mode: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", CODE, mode], check=True, capture_output=True, text=True
    )
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_a_large_block_that_was_freed_is_used_again_without_page_faults() -> None:
    assert faults_of_a_repeated_block("keep") < 100
