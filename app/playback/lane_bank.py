"""The lanes of one song as the audio thread sees them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.playback.gain_ramp import GainRamp

FloatArray = npt.NDArray[np.float32]

# Of one lane: for each channel of the song, the gains to the left and to the right.
ChannelGains = tuple[tuple[float, float], ...]

MAX_BLOCK_FRAMES = 2048  # frames that are mixed in one go
NUM_OUTPUTS = 2  # left and right


class LaneBank:
    """Audio, gains and peaks of a set of lanes of equal shape.

    The GUI thread makes one, with all memory that it will need, whenever lanes come or go. From
    the moment that a snapshot holds it, only the audio thread calls its methods. Axes: T frames,
    C channels of the song, O outputs, L lanes.

    Attributes:
        names: Of the lanes.
        lanes: Arrays of shape (T, C), usually mapped files that fill while they play.
        peaks_LO: Largest magnitudes after the gains; cleared by the audio thread when asked to.
    """

    def __init__(
        self,
        names: Sequence[str],
        lanes: Sequence[FloatArray],
        gains: Sequence[ChannelGains],
        *,
        ramp_frames: int,
    ) -> None:
        """Make a bank whose gains are there already, without a ramp."""
        if not len(names) == len(lanes) == len(gains):
            raise ValueError(f"{len(names)} names, {len(lanes)} lanes, {len(gains)} gains")
        if len({lane.shape for lane in lanes}) > 1:
            raise ValueError(f"lanes differ in shape: {[lane.shape for lane in lanes]}")
        self.names = tuple(names)
        # Plain views: slicing the subclass that maps files costs several times as much.
        self.lanes = tuple(np.asarray(lane) for lane in lanes)
        self.num_frames, self.num_channels = self.lanes[0].shape if lanes else (0, NUM_OUTPUTS)
        self._ramps = tuple(
            tuple(
                (channel, output, GainRamp(pair[output], ramp_frames))
                for channel, pair in enumerate(channels)
                for output in range(NUM_OUTPUTS)
            )
            for channels in gains
        )
        self.peaks_LO = np.zeros((len(names), NUM_OUTPUTS), np.float32)
        self._lane_OT = np.empty((NUM_OUTPUTS, MAX_BLOCK_FRAMES), np.float32)
        self._part_T = np.empty(MAX_BLOCK_FRAMES, np.float32)
        self._factors_T = np.empty(MAX_BLOCK_FRAMES, np.float32)

    def aim(self, gains: Sequence[ChannelGains]) -> None:
        """Let the gains of all lanes move to new targets."""
        for ramps, channels in zip(self._ramps, gains, strict=True):
            for channel, output, ramp in ramps:
                ramp.aim(channels[channel][output])

    def is_silent(self, lane: int) -> bool:
        """Whether nothing of a lane is heard, so that its audio need not be read."""
        return all(ramp.is_silent for _, _, ramp in self._ramps[lane])

    def add_lane(self, lane: int, block_TC: FloatArray, mixed_OT: FloatArray) -> None:
        """Add a block of a lane's audio, times its gains, to the mix."""
        num_frames = len(block_TC)
        is_written = [False] * NUM_OUTPUTS
        part_T = self._part_T[:num_frames]
        for channel, output, ramp in self._ramps[lane]:
            if ramp.is_silent:
                continue
            lane_T = self._lane_OT[output, :num_frames]
            if is_written[output]:
                ramp.scale(block_TC[:, channel], part_T, self._factors_T)
                np.add(lane_T, part_T, out=lane_T)
            else:
                ramp.scale(block_TC[:, channel], lane_T, self._factors_T)
                is_written[output] = True
        for output in range(NUM_OUTPUTS):
            if is_written[output]:
                lane_T = self._lane_OT[output, :num_frames]
                np.add(mixed_OT[output], lane_T, out=mixed_OT[output])
                raise_peak(self.peaks_LO[lane], output, lane_T)

    def advance(self, num_frames: int) -> None:
        """Count frames that have been mixed, so that the ramps go on."""
        for ramps in self._ramps:
            for _, _, ramp in ramps:
                ramp.advance(num_frames)


def raise_peak(peaks_O: FloatArray, output: int, samples_T: FloatArray) -> None:
    """Take the largest magnitude of some samples into an output's peak."""
    if len(samples_T):
        peak = max(float(samples_T.max()), -float(samples_T.min()))
        if peak > peaks_O[output]:
            peaks_O[output] = peak


EMPTY_BANK = LaneBank((), (), (), ramp_frames=1)
