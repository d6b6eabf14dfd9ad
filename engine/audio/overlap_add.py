"""Joining of overlapping windows into one signal, a hop at a time.

Axes: S stem, C channel, T frame.
"""

import torch
from torch import Tensor

FADE_STEPS = 2.0**24  # float32 represents both k / 2^24 and 1 - k / 2^24 exactly


def fade_in(num_frames: int) -> Tensor:
    """Return a raised cosine that rises from 0 to 1, float32 (T,).

    ``fade + fade.flip(0)`` is one for every frame, to the last bit.
    """
    time_T = (torch.arange(num_frames, dtype=torch.float64) + 0.5) / max(1, num_frames)
    rising_T = (torch.sin(0.5 * torch.pi * time_T).square() * FADE_STEPS).round() / FADE_STEPS
    half = num_frames // 2
    rising_T[num_frames - half :] = 1.0 - rising_T[:half].flip(0)
    if num_frames % 2:
        rising_T[half] = 0.5
    return rising_T.float()


def faded_out(end_SCT: Tensor, fade_T: Tensor) -> Tensor:
    """Return the end of a window as ``joint`` needs it."""
    return end_SCT * fade_T.flip(0)


def joint(faded_end_SCT: Tensor, begin_SCT: Tensor, fade_T: Tensor) -> Tensor:
    """Cross-fade from the end of a window to the begin of the next one."""
    return torch.addcmul(faded_end_SCT, begin_SCT, fade_T)


class OverlapAdder:
    """Cross-fades windows and releases frames as soon as no later window can change them.

    Holds nothing but the faded end of the previous window.
    """

    def __init__(self, *, window_frames: int, overlap_frames: int) -> None:
        if not 0 <= 2 * overlap_frames <= window_frames:
            raise ValueError(f"overlap must lie in 0..{window_frames // 2}, got {overlap_frames}")
        self._hop = window_frames - overlap_frames
        self._overlap = overlap_frames
        self._window_frames = window_frames
        self._fade_T = fade_in(overlap_frames)
        self._end_SCT: Tensor | None = None

    def add(self, window_SCT: Tensor, *, is_last: bool) -> Tensor:
        """Add the next window and return the frames that have become final.

        Args:
            window_SCT: The window that begins one hop behind the previous one. The first window
                has no fade at its start and the last one none at its end.
            is_last: Whether nothing follows.

        Returns:
            Final frames from the start of this window on: one hop, or the whole last window.
        """
        if window_SCT.shape[-1] != self._window_frames:
            raise ValueError(
                f"need {self._window_frames} frames, got a window of {window_SCT.shape[-1]}"
            )
        parts = [window_SCT[..., self._overlap : self._hop]]
        if self._end_SCT is None:
            parts.insert(0, window_SCT[..., : self._overlap])
        else:
            parts.insert(0, joint(self._end_SCT, window_SCT[..., : self._overlap], self._fade_T))
        end_SCT = window_SCT[..., self._hop :]
        if is_last:
            self._end_SCT = None
            parts.append(end_SCT)
        else:
            self._end_SCT = faded_out(end_SCT, self._fade_T)
        return torch.cat(parts, dim=-1)
