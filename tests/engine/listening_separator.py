"""Separators without a network that hear a song, or give their stems in any order.

Axes: B window, S stem, C channel, T frame.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.methods.base import Estimate
from tests.engine.fake_separator import FakeSeparator


@dataclass(slots=True, kw_only=True, eq=False)
class FakeListener(FakeSeparator):
    """Claims of a window follow the loudness of all that was heard of the song.

    Attributes:
        known: Energy of the song as far as it was heard; negative for a separator that was told
            nothing.
        heard_shapes: Shapes of all pieces that were listened to.
    """

    known: float = -1.0
    heard_shapes: list[tuple[int, ...]] = field(default_factory=list)

    def listen(self, mix_BCT: Tensor, heard_SZ: Tensor | None) -> Tensor:
        """Add up energies; see ``SongListener.listen``."""
        self.before_step(len(mix_BCT))
        self.heard_shapes.append(tuple(mix_BCT.shape))
        energy = mix_BCT.double().square().sum()
        rows_SZ = energy * torch.ones(len(self.card.stem_names), 1, dtype=torch.float64)
        return rows_SZ if heard_SZ is None else heard_SZ + rows_SZ

    def knowing(self, heard_SZ: Tensor) -> "FakeListener":
        """Return a separator whose means depend on what was heard."""
        return FakeListener(
            card=self.card,
            stft=self.stft,
            mean_share=self.mean_share,
            before_step=self.before_step,
            batch_sizes=self.batch_sizes,
            known=float(heard_SZ[0, 0]),
            heard_shapes=self.heard_shapes,
        )

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate as ``FakeSeparator`` does, with means that what was heard makes louder."""
        estimate = yield from FakeSeparator.separate_windows(self, mix_BCT, generator)
        energy_B = mix_BCT.double().square().sum(dim=(1, 2))
        num_stems = len(self.card.stem_names)
        return Estimate(
            mean_BSCFN=estimate.mean_BSCFN * (1.0 + 1e-4 * self.known),
            error_power_BSCFN=estimate.error_power_BSCFN,
            heard_BSZ=energy_B[:, None, None].expand(-1, num_stems, 1),
        )


@dataclass(slots=True, kw_only=True, eq=False)
class ShufflingSeparator(FakeSeparator):
    """Gives the stems of every window in another order.

    Attributes:
        shuffles: Whether it does; otherwise it keeps them.
    """

    shuffles: bool = True

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate as ``FakeSeparator`` does and shuffle each window."""
        estimate = yield from FakeSeparator.separate_windows(self, mix_BCT, generator)
        num_stems = len(self.card.stem_names)
        orders = [
            torch.randperm(num_stems, generator=generator)
            if self.shuffles
            else torch.arange(num_stems)
            for _ in mix_BCT
        ]
        return Estimate(
            mean_BSCFN=_sorted(estimate.mean_BSCFN, orders),
            error_power_BSCFN=_sorted(estimate.error_power_BSCFN, orders),
        )


def _sorted(values_BS: Tensor, orders: list[Tensor]) -> Tensor:
    return torch.stack([row[order] for row, order in zip(values_BS, orders, strict=True)])
