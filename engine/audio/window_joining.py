"""Joining of windows that come in any order.

Axes: S stem, C channel, T frame.
"""

from dataclasses import dataclass

from torch import Tensor

from engine.audio.overlap_add import fade_in, faded_out, joint
from engine.audio.windows import WindowPlan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FinalFrames:
    """Frames that no further window can change.

    Attributes:
        start: Position of the first one in the mix.
        stems_SCT: What they hold.
    """

    start: int
    stems_SCT: Tensor

    @property
    def stop(self) -> int:
        """Position behind the last one."""
        return self.start + int(self.stems_SCT.shape[-1])


class WindowJoiner:
    """Cross-fades windows as ``OverlapAdder`` does, to the bit, whatever their order.

    Holds the ends of windows whose neighbours are not there yet, and nothing else.
    """

    def __init__(self, plan: WindowPlan) -> None:
        self._plan = plan
        self._fade_T = fade_in(plan.overlap_frames)
        self._begins: dict[int, Tensor] = {}  # by the window whose begin it is
        self._faded_ends: dict[int, Tensor] = {}  # by the window that begins there

    def add(self, index: int, window_SCT: Tensor) -> tuple[FinalFrames, ...]:
        """Add a window and return what has become final: its middle, and joints with neighbours.

        Args:
            index: Its number in the plan.
            window_SCT: What the model and the fusion made of it.
        """
        plan, fade_T = self._plan, self._fade_T
        is_first, is_last = index == 0, index == plan.num_windows - 1
        final: list[FinalFrames] = []
        if not is_first:
            self._begins[index] = window_SCT[..., : plan.overlap_frames].clone()
            final += self._joined(index)
        middle = slice(
            0 if is_first else plan.overlap_frames,
            plan.window_frames if is_last else plan.hop_frames,
        )
        final += self._clipped(plan.start(index) + middle.start, window_SCT[..., middle])
        if not is_last:
            self._faded_ends[index + 1] = faded_out(window_SCT[..., plan.hop_frames :], fade_T)
            final += self._joined(index + 1)
        return tuple(final)

    def is_open(self, index: int) -> bool:
        """Whether the joint at the begin of a window waits for one of the two."""
        return (index in self._begins) != (index in self._faded_ends)

    def _joined(self, index: int) -> list[FinalFrames]:
        if index not in self._begins or index not in self._faded_ends:
            return []
        begin_SCT, end_SCT = self._begins.pop(index), self._faded_ends.pop(index)
        return self._clipped(self._plan.start(index), joint(end_SCT, begin_SCT, self._fade_T))

    def _clipped(self, start: int, stems_SCT: Tensor) -> list[FinalFrames]:
        """Leave out what lies outside of the mix."""
        first = max(0, -start)
        kept_SCT = stems_SCT[..., first : max(first, self._plan.num_frames - start)]
        return [FinalFrames(start=start + first, stems_SCT=kept_SCT)] if kept_SCT.shape[-1] else []
