"""Keeps the disk out of the sound card's callback, and what was heard out of the memory."""

import threading

import numpy as np
import numpy.typing as npt

from app.playback.stem_mixer import StemMixer
from engine.audio.mapped_pages import fetch_pages, release_pages

FloatArray = npt.NDArray[np.float32]

AHEAD_SECONDS = 2.0
JUMP_SECONDS = 0.3  # of these a jump cannot do without; the rest comes while they play
INTERVAL_SECONDS = 0.1
BEHIND_SECONDS = 10.0  # stay in memory after they were heard, for a small step back
RELEASE_SECONDS = 5.0  # given back at once; the system has to be asked for each lane
# One value in a kilobyte touches every page of any system, and keeps the sums long enough for
# numpy to let other threads run meanwhile.
TOUCH_STRIDE = 256


class ReadAhead:
    """Touches what will be heard next, so that the pages of mapped files are in memory by then.

    What lies well behind the playhead is given back, or an hour of six lanes would seem to fill
    several gigabytes.
    """

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._should_end = False
        self._mixer: StemMixer | None = None
        self._thread: threading.Thread | None = None

    def start(self, mixer: StemMixer) -> None:
        """Read ahead of this mixer from now on."""
        self._mixer = mixer
        if self._thread is None:
            self._should_end = False
            self._thread = threading.Thread(target=self._run, name="read ahead", daemon=True)
            self._thread.start()
        self._wake.set()

    def seek(self, mixer: StemMixer, frame: int) -> None:
        """Let a mixer continue from another frame as soon as the audio there is in memory."""
        mixer.seek(frame, is_ready=mixer is not self._mixer)
        self._wake.set()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._mixer = None
        if self._thread is not None:
            self._should_end = True
            self._wake.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        released = 0
        while not self._should_end:
            self._wake.clear()
            mixer = self._mixer
            if mixer is not None:
                touch_ahead(mixer)
                released = release_behind(mixer, released)
                del mixer  # songs that are gone must not stay mapped for its sake
            self._wake.wait(INTERVAL_SECONDS)


def touch_ahead(mixer: StemMixer) -> None:
    """Read a little of each page of each lane that may be heard in the next seconds."""
    jump, loop, lanes = mixer.jump, mixer.loop, mixer.bank.lanes
    if not jump.is_ready:
        num_frames = round(JUMP_SECONDS * mixer.sample_rate)
        for lane_TC in lanes:
            _touch(lane_TC[jump.frame : jump.frame + num_frames])
        jump.is_ready = True
    position, num_frames = mixer.position, round(AHEAD_SECONDS * mixer.sample_rate)
    for lane_TC in lanes:
        _touch(lane_TC[position : position + num_frames])
        if loop is not None:
            _touch(lane_TC[max(0, loop.start - mixer.fade_frames) : loop.start + num_frames])


def release_behind(mixer: StemMixer, released: int) -> int:
    """Give back the memory of what was heard some time ago.

    Args:
        mixer: What plays.
        released: Frame up to which that was done.

    Returns:
        Frame up to which it is done now.
    """
    position = mixer.position
    released = min(released, position)
    stop = position - round(BEHIND_SECONDS * mixer.sample_rate)
    if stop - released < RELEASE_SECONDS * mixer.sample_rate:
        return released
    for lane_TC in mixer.bank.lanes:
        release_pages(lane_TC[released:stop])
    return stop


def _touch(block_TC: FloatArray) -> None:
    fetch_pages(block_TC)
    np.add.reduce(block_TC.reshape(-1)[::TOUCH_STRIDE])
