import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.commands.interruption import EXIT_INTERRUPTED, prompt_interruption

ROOT = Path(__file__).parents[2]

# Hashing is one call that Python's signal handlers cannot interrupt, and this program even
# swallows the interruption, as a callback from C would.
DEAF_PROGRAM = """
import hashlib, pathlib, sys
from engine.commands.interruption import prompt_interruption
with prompt_interruption(pathlib.Path(sys.argv[1]).unlink):
    greeting = "ready\\n"
    while True:
        try:  # the signal may come as soon as the greeting is out
            print(greeting, end="", flush=True)
            greeting = ""
            hashlib.pbkdf2_hmac("sha256", b"", b"", 1_000_000_000)
        except KeyboardInterrupt:
            pass
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send this signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_does_not_listen_is_ended_and_cleaned_up_after(
    tmp_path: Path, number: signal.Signals
) -> None:
    unfinished = tmp_path / "unfinished"
    unfinished.touch()
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF_PROGRAM, str(unfinished)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(timeout=20) == EXIT_INTERRUPTED
    assert not unfinished.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_listens_ends_by_itself(number: signal.Signals) -> None:
    removed: list[str] = []
    with pytest.raises(KeyboardInterrupt), prompt_interruption(lambda: removed.append("all")):
        signal.raise_signal(number)
    assert removed == []


def test_the_handlers_of_the_caller_come_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with prompt_interruption(lambda: None):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
