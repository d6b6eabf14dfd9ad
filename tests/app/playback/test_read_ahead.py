import threading

import numpy as np
import numpy.typing as npt

from app.model.frame_range import FrameRange
from app.playback.read_ahead import (
    AHEAD_SECONDS,
    BEHIND_SECONDS,
    JUMP_SECONDS,
    RELEASE_SECONDS,
    ReadAhead,
    release_behind,
    touch_ahead,
)
from app.playback.stem_mixer import StemMixer
from tests.app.playback.mixing import SAMPLE_RATE, make_bank, make_mixer, noise_lanes

TIMEOUT_SECONDS = 5.0


class RecordingBank:
    """Notes which frames of a lane are read."""

    def __init__(self, num_frames: int) -> None:
        self.num_frames = num_frames
        self.lanes = (self,)
        self.slices: list[tuple[int, int]] = []
        self.was_read = threading.Event()

    def __getitem__(self, frames: slice) -> npt.NDArray[np.float32]:
        self.slices.append((frames.start, frames.stop))
        self.was_read.set()
        return np.zeros((frames.stop - frames.start, 2), np.float32)


def _recorded(mixer: StemMixer) -> RecordingBank:
    bank = RecordingBank(SAMPLE_RATE * 100)
    mixer.set_song(bank, (), loop=None)  # type: ignore[arg-type]
    return bank


def test_next_seconds_and_the_start_of_the_loop_are_touched() -> None:
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank = _recorded(mixer)
    mixer.set_loop(FrameRange(10_000, 200_000))
    mixer.seek(150_000)

    touch_ahead(mixer)

    ahead = round(AHEAD_SECONDS * SAMPLE_RATE)
    assert bank.slices == [
        (150_000, 150_000 + ahead),
        (10_000 - mixer.fade_frames, 10_000 + ahead),
    ]


def test_jump_is_ready_as_soon_as_its_first_audio_is_read() -> None:
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank = _recorded(mixer)
    mixer.seek(300_000, is_ready=False)

    touch_ahead(mixer)

    assert mixer.jump.is_ready
    assert bank.slices[0] == (300_000, 300_000 + round(JUMP_SECONDS * SAMPLE_RATE))


def test_jump_of_a_mixer_that_nobody_reads_ahead_for_is_ready_at_once() -> None:
    mixer = make_mixer(noise_lanes(1, 100))

    ReadAhead().seek(mixer, 50)

    assert mixer.jump.is_ready


def test_touching_works_at_the_end_and_without_lanes() -> None:
    mixer = make_mixer(noise_lanes(2, 100))
    mixer.seek(100)
    touch_ahead(mixer)
    mixer.set_lanes(*make_bank(mixer, []))
    touch_ahead(mixer)


def test_what_was_heard_is_given_back_in_pieces_that_follow_each_other() -> None:
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank = _recorded(mixer)
    behind, piece = round(BEHIND_SECONDS * SAMPLE_RATE), round(RELEASE_SECONDS * SAMPLE_RATE)
    released = 0
    for position in range(0, behind + 3 * piece, piece // 3):
        mixer.seek(position)
        released = release_behind(mixer, released)
        assert released <= max(0, position - behind)
    assert len(bank.slices) == 2
    assert bank.slices[0][0] == 0
    assert bank.slices[0][1] == bank.slices[1][0]
    assert released == bank.slices[1][1]


def test_what_is_played_again_is_given_back_again() -> None:
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank = _recorded(mixer)
    mixer.seek(SAMPLE_RATE * 50)
    released = release_behind(mixer, 0)
    mixer.seek(SAMPLE_RATE * 20)
    released = release_behind(mixer, released)
    assert released == SAMPLE_RATE * 20
    mixer.seek(SAMPLE_RATE * 60)
    release_behind(mixer, released)
    assert bank.slices[-1][0] == SAMPLE_RATE * 20


def test_jump_is_followed_at_once_and_the_thread_ends() -> None:
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    bank = _recorded(mixer)
    reader = ReadAhead()
    reader.start(mixer)
    assert bank.was_read.wait(TIMEOUT_SECONDS)
    bank.was_read.clear()
    reader.seek(mixer, 50_000)
    assert bank.was_read.wait(TIMEOUT_SECONDS)

    reader.stop()

    assert mixer.jump.is_ready
    assert bank.slices[-1][0] == 50_000
    assert "read ahead" not in {thread.name for thread in threading.enumerate()}
