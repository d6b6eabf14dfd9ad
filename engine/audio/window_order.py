"""Which window comes next: those at the playhead first."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.audio.windows import WindowPlan


@dataclass(slots=True, kw_only=True)
class SeparationWishes:
    """What may change while a separation runs; another thread may set it.

    Attributes:
        preferred_frame: Frames from here to the end come first, then those before.
        decoded_frames: So many frames of the mix are there, from its start.
    """

    preferred_frame: int = 0
    decoded_frames: int


class WindowOrder:
    """The windows that are left to do, those that decide frames in some gaps."""

    def __init__(self, plan: WindowPlan, gaps: Iterable[range]) -> None:
        """Collect the windows.

        Args:
            plan: Windows of the mix.
            gaps: Ranges of frames that are wanted, not empty.
        """
        self._plan = plan
        wanted: set[int] = set()
        for gap in gaps:
            first, last = plan.windows_at(gap.start)[0], plan.windows_at(gap.stop - 1)[-1]
            wanted.update(range(first, last + 1))
        self._left = sorted(wanted)
        self.num_windows = len(wanted)

    @property
    def num_left(self) -> int:
        """How many windows have not been taken."""
        return len(self._left)

    def take(self, wishes: SeparationWishes) -> int | None:
        """Take the next window out, or return None if nothing can be done at the moment."""
        plan = self._plan
        frame = min(max(0, wishes.preferred_frame), max(0, plan.num_frames - 1))
        first = plan.windows_at(frame)[0] if self._left else 0
        ready = [
            index
            for index in self._left
            if min(plan.start(index) + plan.window_frames, plan.num_frames) <= wishes.decoded_frames
        ]
        chosen = next((index for index in ready if index >= first), ready[0] if ready else None)
        if chosen is not None:
            self._left.remove(chosen)
        return chosen
