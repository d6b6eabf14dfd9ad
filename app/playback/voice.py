"""One reading position in the lanes of a song."""

import numpy as np
import numpy.typing as npt

from app.model.frame_range import FrameRange
from app.playback.lane_bank import EMPTY_BANK, MAX_BLOCK_FRAMES, LaneBank

FloatArray = npt.NDArray[np.float32]


class Voice:
    """Reads the lanes of a bank from a position on, through the turns of a loop.

    What is heard in a loop is a function of the position alone: the last frames before the end
    of the loop are cross-faded with those before its start, so that the turn itself is seamless,
    the frames after the start are untouched, and the period is the loop's length to the sample.
    Axes: T frames, C channels of the song, O outputs.

    Attributes:
        bank: What is read.
        position: Frame that comes next.
        loop: Repeated once the position is in or before it.
        is_playing: A voice that does not play is silent and stays where it is.
        run_frames: Frames read since the last ``begin``.
        has_turned: Whether the loop has turned since then.
    """

    def __init__(self, *, fade_frames: int) -> None:
        self.bank: LaneBank = EMPTY_BANK
        self.position = 0
        self.loop: FrameRange | None = None
        self.is_playing = False
        self.run_frames = 0
        self.has_turned = False
        self._fade_frames = fade_frames
        self._steps_T = np.arange(MAX_BLOCK_FRAMES, dtype=np.int64)
        self._frames_T = np.empty(MAX_BLOCK_FRAMES, np.int64)
        self._before_T = np.empty(MAX_BLOCK_FRAMES, np.int64)
        self._into_fade_T = np.empty(MAX_BLOCK_FRAMES, np.int64)
        self._rise_T = np.empty(MAX_BLOCK_FRAMES, np.float32)
        self._fall_T = np.empty(MAX_BLOCK_FRAMES, np.float32)
        self._is_silent_T = np.empty(MAX_BLOCK_FRAMES, np.bool_)
        self._main = np.empty(MAX_BLOCK_FRAMES * 2, np.float32)
        self._other = np.empty(MAX_BLOCK_FRAMES * 2, np.float32)

    def begin(
        self, bank: LaneBank, position: int, *, loop: FrameRange | None, is_playing: bool
    ) -> None:
        """Start anew somewhere else."""
        self.bank = bank
        self.position = min(position, bank.num_frames)
        self.loop = loop
        self.is_playing = is_playing
        self.run_frames = 0
        self.has_turned = False
        if len(self._main) < MAX_BLOCK_FRAMES * bank.num_channels:  # once per kind of song
            self._main = np.empty(MAX_BLOCK_FRAMES * bank.num_channels, np.float32)
            self._other = np.empty(MAX_BLOCK_FRAMES * bank.num_channels, np.float32)

    def is_in_loop_fade(self, loop: FrameRange | None) -> bool:
        """Whether another loop than this would be heard as a step right here."""
        if loop is None:
            return False
        return loop.stop - self._fade_of(loop) < self.position < loop.stop

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left of the song."""
        num_frames: int = self.bank.num_frames
        return self.position >= num_frames

    def render(self, mixed_OT: FloatArray) -> None:
        """Write the next frames of all lanes mixed, and move on; silence after the end."""
        mixed_OT.fill(0.0)
        if not self.is_playing:
            return
        num_frames: int = mixed_OT.shape[1]
        self.run_frames += num_frames
        loop = self.loop
        if loop is not None and self._reaches_loop_fade(loop, num_frames):
            self._render_turning(mixed_OT, loop)
        else:
            self._render_straight(mixed_OT)

    def _reaches_loop_fade(self, loop: FrameRange, num_frames: int) -> bool:
        fade_start = loop.stop - self._fade_of(loop)
        return self.position < loop.stop and self.position + num_frames > fade_start

    def _fade_of(self, loop: FrameRange) -> int:
        return min(self._fade_frames, loop.num_frames)

    def _render_straight(self, mixed_OT: FloatArray) -> None:
        bank, start = self.bank, self.position
        stop = min(start + mixed_OT.shape[1], bank.num_frames)
        if start < stop:
            mixed_OT = mixed_OT[:, : stop - start]
            for index, lane_TC in enumerate(bank.lanes):
                if not bank.is_silent(index):
                    bank.add_lane(index, lane_TC[start:stop], mixed_OT)
        self.position = stop

    def _render_turning(self, mixed_OT: FloatArray, loop: FrameRange) -> None:
        """Gather frames by their indices: any length of loop turns as often as it must."""
        num_frames, fade = mixed_OT.shape[1], self._fade_of(loop)
        frames_T, before_T = self._frames_T[:num_frames], self._before_T[:num_frames]
        # Frames since the start of the loop, folded into it once they are positive.
        np.add(self._steps_T[:num_frames], self.position - loop.start, out=frames_T)
        lead = min(max(loop.start - self.position, 0), num_frames)
        np.remainder(frames_T[lead:], loop.num_frames, out=frames_T[lead:])
        np.add(frames_T, loop.start - loop.num_frames, out=before_T)
        np.add(frames_T, loop.start, out=frames_T)

        into_fade_T = self._into_fade_T[:num_frames]
        rise_T, fall_T = self._rise_T[:num_frames], self._fall_T[:num_frames]
        np.subtract(frames_T, loop.stop - fade, out=into_fade_T)
        np.copyto(rise_T, into_fade_T, casting="same_kind")  # a ufunc would buffer the cast
        np.add(rise_T, 0.5, out=rise_T)
        np.divide(rise_T, fade, out=rise_T)
        np.clip(rise_T, 0.0, 1.0, out=rise_T)
        np.subtract(1.0, rise_T, out=fall_T)
        is_silent_T = self._is_silent_T[:num_frames]
        np.less(before_T, 0, out=is_silent_T)
        np.copyto(rise_T, 0.0, where=is_silent_T)  # nothing comes before the song

        bank = self.bank
        size, shape = num_frames * bank.num_channels, (num_frames, bank.num_channels)
        main_TC = self._main[:size].reshape(shape)
        other_TC = self._other[:size].reshape(shape)
        for index, lane_TC in enumerate(bank.lanes):
            if not bank.is_silent(index):
                np.take(lane_TC, frames_T, axis=0, out=main_TC, mode="clip")
                np.take(lane_TC, before_T, axis=0, out=other_TC, mode="clip")
                for channel in range(bank.num_channels):
                    main_T, other_T = main_TC[:, channel], other_TC[:, channel]
                    np.multiply(main_T, fall_T, out=main_T)
                    np.multiply(other_T, rise_T, out=other_T)
                np.add(main_TC, other_TC, out=main_TC)
                bank.add_lane(index, main_TC, mixed_OT)

        self.position += num_frames
        if self.position >= loop.stop:
            self.position = loop.start + (self.position - loop.start) % loop.num_frames
            self.has_turned = True
