"""Ctrl-C and SIGTERM end a command within a second, whatever it is doing.

Normally a signal becomes a ``KeyboardInterrupt`` in the main thread, the generators close, and
everything cleans up after itself. Python handles signals only between two of its own
instructions, though: inside a long matrix product, or while an extension module starts up,
nothing happens. So a second thread hears of the signal at once, waits a moment for the main
thread, and then removes what is unfinished and ends the process.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

EXIT_INTERRUPTED = 130
# The promise is one second; removing some files takes a part of it.
PATIENCE_SECONDS = 0.7


def _nothing() -> None:
    """Remove nothing."""


@contextmanager
def prompt_interruption(
    remove_unfinished: Callable[[], None] = _nothing,
    *,
    patience_seconds: float | None = PATIENCE_SECONDS,
) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into ``KeyboardInterrupt``, and into an exit if that is late.

    Outside the main thread, where Python allows no signal handlers, this does nothing.

    Args:
        remove_unfinished: Removes partial files; called in another thread, just before the
            process ends the hard way.
        patience_seconds: Time for the main thread to end by itself; None waits for ever.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    is_over = threading.Event()
    watcher = threading.Thread(
        target=_watch,
        args=(receiver, is_over, remove_unfinished, patience_seconds),
        daemon=True,
    )
    # A shell starts background jobs with SIGINT ignored, and they shall stay so.
    wants_interrupt = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    previous_interrupt = signal.getsignal(signal.SIGINT)
    previous_terminate = signal.signal(signal.SIGTERM, _interrupt)
    if wants_interrupt:
        signal.signal(signal.SIGINT, _interrupt)
    previous_fd = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        signal.set_wakeup_fd(previous_fd)
        signal.signal(signal.SIGTERM, previous_terminate)
        if wants_interrupt:
            signal.signal(signal.SIGINT, previous_interrupt)
        sender.close()
        watcher.join()
        receiver.close()


def end_process(status: int, *, at_once: bool = False) -> NoReturn:
    """End the process with an exit status, at once if it was interrupted or if that is asked for.

    Python's own way takes everything apart first, which costs seconds on a busy machine once
    torch is loaded. An interrupted command has cleaned up when it comes here.
    """
    if at_once or status == EXIT_INTERRUPTED:
        with suppress(OSError, ValueError):  # a reader that has gone, a closed stream
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def _interrupt(_signal_number: int, _frame: FrameType | None) -> NoReturn:
    # An impatient second Ctrl-C must not interrupt the cleaning up after the first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _watch(
    receiver: socket.socket,
    is_over: threading.Event,
    remove_unfinished: Callable[[], None],
    patience_seconds: float | None,
) -> None:
    watched = {signal.SIGINT, signal.SIGTERM}
    while numbers := receiver.recv(64):
        if watched & set(numbers) and not is_over.wait(patience_seconds):
            remove_unfinished()
            os._exit(EXIT_INTERRUPTED)
