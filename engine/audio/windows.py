"""Where windows start, and how they are cut from a mix that is read in pieces.

All positions are frames of the mix; a model's own rate exists only inside one window, so that
nothing drifts over a long song. Axes: C channel, T frame.
"""

from dataclasses import dataclass

import numpy as np

from engine.audio.mix_source import MixSource
from engine.events import FloatArray
from engine.model_card import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPlan:
    """Equally long windows that cover a mix, each overlapping the next one.

    The first window begins ``lead_frames`` before the mix and the last one ends at least as much
    behind it, so that every frame of the mix has its context in some window.

    Attributes:
        num_frames: Length of the mix.
        window_frames: Length of a window.
        overlap_frames: Frames that a window shares with the next one, at most half a window.
        lead_frames: Context at each end of a window, at most half the overlap.
    """

    num_frames: int
    window_frames: int
    overlap_frames: int
    lead_frames: int

    def __post_init__(self) -> None:
        if self.window_frames < 1 or self.num_frames < 0:
            raise ValueError(f"bad window of {self.window_frames} in {self.num_frames} frames")
        if not 0 <= 2 * self.lead_frames <= self.overlap_frames <= self.window_frames // 2:
            raise ValueError(
                f"need 2 * lead <= overlap <= window / 2, got {self.lead_frames}, "
                f"{self.overlap_frames}, {self.window_frames}"
            )

    @classmethod
    def of_model(
        cls, card: ModelCard, *, sample_rate: int, num_frames: int, overlap: float = 0.0
    ) -> "WindowPlan":
        """Plan the windows of a model over a mix.

        Args:
            card: Gives window and context at the model's rate.
            sample_rate: Rate of the mix.
            num_frames: Length of the mix.
            overlap: Smallest overlap as a share of the window, 0 to 0.5. The overlap is never
                shorter than the context at both ends; more costs time and smooths the joints.
        """
        if not 0.0 <= overlap <= 0.5:
            raise ValueError(f"overlap must lie in [0, 0.5], got {overlap}")
        if card.window_frames < 4 * card.context_frames:
            raise ValueError(
                f"context of {card.context_frames} frames is more than a quarter of the "
                f"window of {card.window_frames}"
            )
        scale = sample_rate / card.sample_rate
        window = max(1, round(card.window_frames * scale))
        lead = min(round(card.context_frames * scale), window // 4)
        return cls(
            num_frames=num_frames,
            window_frames=window,
            overlap_frames=min(window // 2, max(2 * lead, round(window * overlap))),
            lead_frames=lead,
        )

    @property
    def hop_frames(self) -> int:
        """Distance from one window to the next."""
        return self.window_frames - self.overlap_frames

    @property
    def num_windows(self) -> int:
        """Windows that cover the mix; none for an empty one."""
        if self.num_frames == 0:
            return 0
        complete = self.window_frames - 2 * self.lead_frames
        return 1 + max(0, -(-(self.num_frames - complete) // self.hop_frames))

    def start(self, index: int) -> int:
        """First frame of a window; negative for windows that begin before the mix."""
        return index * self.hop_frames - self.lead_frames

    def final_range(self, index: int) -> tuple[int, int]:
        """Frames [start, stop) of the mix that no window behind this one can change."""
        stop = self.num_frames if index == self.num_windows - 1 else self.start(index + 1)
        return min(max(0, self.start(index)), self.num_frames), min(max(0, stop), self.num_frames)

    def windows_at(self, frame: int) -> range:
        """Windows that decide how a frame of the mix sounds: one, or two where they overlap."""
        if not 0 <= frame < self.num_frames:
            raise ValueError(f"frame {frame} lies outside of {self.num_frames}")
        last = min((frame + self.lead_frames) // self.hop_frames, self.num_windows - 1)
        overlaps = last > 0 and frame - self.start(last) < self.overlap_frames
        return range(last - overlaps, last + 1)


def cut_window(mix: MixSource, start: int, num_frames: int) -> FloatArray:
    """Read frames (C, num_frames) from any place; what lies outside the mix is zero."""
    out_CT = np.zeros((mix.num_channels, num_frames), np.float32)
    first, last = max(start, 0), min(start + num_frames, mix.num_frames)
    if first < last:
        out_CT[:, first - start : last - start] = mix.read(first, last - first)
    return out_CT


class MixBuffer:
    """Reads a mix once, from start to end, and holds only the frames still needed."""

    def __init__(self, mix: MixSource) -> None:
        self._mix = mix
        self._start = 0
        self._held_CT: FloatArray = np.zeros((mix.num_channels, 0), np.float32)

    def load(self, start: int, stop: int) -> None:
        """Make the frames [start, stop) available and forget everything before them."""
        if start < self._start:
            raise ValueError(f"frame {start} is gone; frames from {self._start} are left")
        end = self._start + self._held_CT.shape[1]
        stop = min(stop, self._mix.num_frames)
        kept_CT = self._held_CT[:, start - self._start :]
        if stop > end:
            fresh_CT = self._mix.read(end, stop - end)
            kept_CT = np.concatenate([kept_CT, fresh_CT[:, max(0, start - end) :]], axis=1)
        self._start, self._held_CT = start, kept_CT

    def cut(self, start: int, num_frames: int) -> FloatArray:
        """Copy frames (C, num_frames); what lies outside the mix is zero."""
        out_CT = np.zeros((self._mix.num_channels, num_frames), np.float32)
        first = max(start, 0)
        last = min(start + num_frames, self._mix.num_frames)
        if first < last:
            if first < self._start or last > self._start + self._held_CT.shape[1]:
                raise ValueError(f"frames {first} to {last} are not loaded")
            held_CT = self._held_CT[:, first - self._start : last - self._start]
            out_CT[:, first - start : last - start] = held_CT
        return out_CT
