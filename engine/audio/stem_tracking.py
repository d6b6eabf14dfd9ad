"""Which stem of a window is which source of the song, for models whose stems have a free order.

Two things speak: what neighbouring windows have in common where they overlap, and what was heard
of each source elsewhere in the song. The overlap is the surer witness, but only of sources that
sound in it: behind a pause longer than an overlap nothing but the memory is left.

Axes: S stem of a window, R source of the song, C channel, T frame.
"""

import itertools

import torch
from torch import Tensor

from engine.audio.overlap_add import fade_in

OVERLAP_NATS = 10.0  # for overlaps that differ by as much as they hold
# -60 dB of full scale in one channel: quieter overlaps say little. Power of a frame.
QUIET_POWER = 1e-6


def cheapest_order(cost_SR: Tensor) -> tuple[int, ...]:
    """Return for every source the stem that it gets where all get one at the least total cost.

    Among equals the order that changes least of the first stems is taken.
    """
    cost: list[list[float]] = cost_SR.double().tolist()
    sources = range(len(cost))
    return min(
        itertools.permutations(sources),
        key=lambda order: sum(cost[stem][source] for source, stem in enumerate(order)),
    )


class StemTracker:
    """Puts the stems of window after window into the same order.

    It holds the end of the previous window. One tracker is for one group of channels.
    """

    def __init__(
        self,
        *,
        overlap_frames: int,
        overlap_weight: float = OVERLAP_NATS,
        memory_weight: float = 1.0,
    ) -> None:
        """Begin a song.

        Args:
            overlap_frames: Frames that a window shares with the next one.
            overlap_weight: Nats per unit of disagreement in the overlap; 0 ignores it.
            memory_weight: Factor of the costs that the model gives; 0 ignores them.
        """
        self._overlap_frames = overlap_frames
        self._overlap_weight = overlap_weight
        self._memory_weight = memory_weight
        fade_T = fade_in(overlap_frames)
        self._weight_T = (fade_T * (1.0 - fade_T)).sqrt()  # both windows are sure in the middle
        self._end_RCT: Tensor | None = None

    def order(self, stems_SCT: Tensor, slot_cost_SR: Tensor | None) -> tuple[int, ...]:
        """Return for every source its stem in the next window.

        Args:
            stems_SCT: The window's stems, without a residual.
            slot_cost_SR: What the memory has against each pair, nats; none if there is none.
        """
        num_stems = len(stems_SCT)
        cost_SR = torch.zeros(num_stems, num_stems)
        if slot_cost_SR is not None:
            cost_SR += self._memory_weight * slot_cost_SR.cpu()
        if self._end_RCT is not None and self._overlap_frames:
            cost_SR += self._overlap_weight * self._disagreement(stems_SCT, self._end_RCT)
        order = cheapest_order(cost_SR)
        end_SCT = stems_SCT[..., stems_SCT.shape[-1] - self._overlap_frames :]
        self._end_RCT = end_SCT[list(order)].clone()
        return order

    def _disagreement(self, stems_SCT: Tensor, end_RCT: Tensor) -> Tensor:
        """Squared difference in the overlap over what it holds, (S, R)."""
        begin_SM = (self._weight_T * stems_SCT[..., : self._overlap_frames]).flatten(1)
        end_RM = (self._weight_T * end_RCT).flatten(1)
        quiet = QUIET_POWER * float(self._weight_T.square().sum())
        held = 0.5 * (begin_SM.square().sum() + end_RM.square().sum()) + quiet
        distance_SR = begin_SM.square().sum(dim=1)[:, None] + end_RM.square().sum(dim=1)
        disagreement_SR: Tensor = (distance_SR - 2.0 * begin_SM @ end_RM.T) / held
        return disagreement_SR
