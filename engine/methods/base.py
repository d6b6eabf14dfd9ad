"""The contract between a separation method and everything that runs, trains or lists one.

Axes: B window, S stem, C channel, F frequency bin, N spectrogram frame, T frame.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from engine.audio.stft import Stft
from engine.checkpoint import Checkpoint
from engine.model_card import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate:
    """A Gaussian posterior over the stems of a batch of windows, in the STFT domain.

    Attributes:
        mean_BSCFN: Complex mean of each stem, as ``Separator.stft`` would transform it.
        error_power_BSCFN: Expected |stem - mean|² per bin, float32, not negative, on the scale
            of the window; its channel axis may have length one.
    """

    mean_BSCFN: Tensor
    error_power_BSCFN: Tensor


class Separator(Protocol):
    """A loaded model that turns windows of a mix into estimates of the stems."""

    @property
    def card(self) -> ModelCard:
        """Facts about the loaded model."""
        ...

    @property
    def stft(self) -> Stft:
        """Transform in which the estimates are given, at the model's rate."""
        ...

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of equally long windows at the model's rate and channels.

        Args:
            mix_BCT: Windows on the model's device, float32. The result must scale with it.
            generator: Source of every random number, on the CPU.

        Yields:
            The share of this batch that is done, at least once. Closing the generator
            cancels the batch; there is no other way to cancel.

        Returns:
            The estimate of every stem of the card, in its order.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StemBatch:
    """Training material: stems that add up to their mix.

    Attributes:
        stems_BSCT: Float32 crops, in the order of the stem names of the stage.
    """

    stems_BSCT: Tensor

    @property
    def mix_BCT(self) -> Tensor:
        """The mix, always the sum of the stems."""
        return self.stems_BSCT.sum(dim=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One training run of a method.

    Attributes:
        name: Such as ``model``, ``codec`` or ``prior-drums``.
        stem_names: Stems that a batch must hold, in this order.
        build: Makes the freshly initialised module from a config (see ``Method``).
        losses: Named scalars of a batch; ``total`` is minimised, the rest is logged.
        card: Card of a checkpoint with this module's weights.
        config: Default of the method's own configuration.
        foundation: Stage whose trained weights this one starts from, such as a codec; its
            checkpoint lies in the same folder, and its config replaces the default.
    """

    name: str
    stem_names: tuple[str, ...]
    build: Callable[[Mapping[str, object]], nn.Module]
    losses: Callable[[nn.Module, StemBatch], dict[str, Tensor]]
    card: Callable[[Mapping[str, object]], ModelCard]
    config: Mapping[str, object]
    foundation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A row of ``METHODS``.

    Attributes:
        name: Id in cards and on the command line.
        title: Name for people.
        load: Rebuilds a separator from a checkpoint, in evaluation mode, on a device.
        stages: What to train, in order.
        tiny_checkpoint: Random weights, below 1 MB and 1 s; every test uses it.
    """

    name: str
    title: str
    load: Callable[[Checkpoint, torch.device], Separator]
    stages: tuple[Stage, ...]
    tiny_checkpoint: Callable[[], Checkpoint]
