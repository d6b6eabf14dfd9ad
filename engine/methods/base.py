"""The contract between a separation method and everything that runs, trains or lists one.

Axes: B window, S stem, C channel, F frequency bin, N spectrogram frame, T frame.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from engine.audio.stft import Stft
from engine.checkpoint import Checkpoint
from engine.errors import CheckpointError
from engine.model_card import ModelCard
from engine.quality import DEFAULT_QUALITY, Quality


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate:
    """A Gaussian posterior over the stems of a batch of windows, in the STFT domain.

    Attributes:
        mean_BSCFN: Complex mean of each stem, as ``Separator.stft`` would transform it.
        error_power_BSCFN: Expected |stem - mean|² per bin, float32, not negative, on the scale
            of the window; its channel axis may have length one.
        heard_BSZ: What each window adds to what is heard of the song (see ``SongListener``).
        slot_cost_BSS: Of a model whose stems have a free order: how badly each stem (row) agrees
            with what was heard of each source of the song (column), nats; the stems come in the
            order that suits it best.
    """

    mean_BSCFN: Tensor
    error_power_BSCFN: Tensor
    heard_BSZ: Tensor | None = None
    slot_cost_BSS: Tensor | None = None


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


@runtime_checkable
class SongListener(Protocol):
    """A separator that separates a window better for having heard other parts of its song.

    What is heard is a few numbers per stem, (S, Z) on the CPU, and adds up: the sum over the
    pieces of a song stands for the song, whatever their order and however many there are. A
    separator without these methods takes every window for itself.
    """

    def listen(self, mix_BCT: Tensor, heard_SZ: Tensor | None) -> Tensor:
        """Take in pieces of a song, of any length that all of them have.

        Args:
            mix_BCT: The pieces on the model's device, in the order of the song.
            heard_SZ: What was heard before, none at first; stems of a free order are sorted by it.

        Returns:
            What has been heard now, (S, Z).
        """
        ...

    def knowing(self, heard_SZ: Tensor) -> Separator:
        """Return a separator for windows of the song of which this was heard.

        It shares the weights. Stems of a free order come in the order of what was heard, which is
        the same for every window.
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
        joined: Further such stages; ``join`` makes one checkpoint of all of them.
        join: Puts the checkpoints of the foundation and of what is joined together.
        distinct_batches: Batches after which a run begins with the first one again, for losses
            that remember what was costly to find out about each; none if each is new.
        recipe: How it is trained unless another recipe is named.
        is_optional: Trained only when it is named, such as a published configuration that is
            kept for comparison.
    """

    name: str
    stem_names: tuple[str, ...]
    build: Callable[[Mapping[str, object]], nn.Module]
    losses: Callable[[nn.Module, StemBatch], dict[str, Tensor]]
    card: Callable[[Mapping[str, object]], ModelCard]
    config: Mapping[str, object]
    foundation: str | None = None
    joined: tuple[str, ...] = ()
    join: Callable[[Sequence[Checkpoint]], Checkpoint] | None = None
    distinct_batches: int | None = None
    recipe: str = "standard"
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SoloLearning:
    """What a method offers whose stems are learned from solos alone, one after the other.

    Attributes:
        stage: Trains one stem beside what all stems share, the stage's ``foundation``.
        foundation: What all stems of a model share, as that stage starts from it.
        combine: Puts models with the same foundation together.
        select: Keeps some stems of a model, in this order. One that no model was trained for
            stands for everything else: see ``rest``.
        rest: Name of that stem, which every model can have.
    """

    stage: Callable[[str], Stage]
    foundation: Callable[[Checkpoint], Checkpoint]
    combine: Callable[[Sequence[Checkpoint]], Checkpoint]
    select: Callable[[Checkpoint, Sequence[str]], Checkpoint]
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A row of ``METHODS``.

    Attributes:
        name: Id in cards and on the command line.
        title: Name for people.
        load: Rebuilds a separator from a checkpoint, in evaluation mode, on a device.
        stages: What to train, in order.
        tiny_checkpoint: Random weights, below 1 MB and 1 s; every test uses it.
        load_with_quality: As ``load``, faster or better than by default; none if the method
            cannot trade time for quality.
        solos: How stems are added from solo recordings; none if training needs mixtures.
    """

    name: str
    title: str
    load: Callable[[Checkpoint, torch.device], Separator]
    stages: tuple[Stage, ...]
    tiny_checkpoint: Callable[[], Checkpoint]
    load_with_quality: Callable[[Checkpoint, torch.device, Quality], Separator] | None = None
    solos: SoloLearning | None = None

    def load_at(self, checkpoint: Checkpoint, device: torch.device, quality: Quality) -> Separator:
        """Rebuild a separator that takes more or less time than by default.

        Raises:
            CheckpointError: The checkpoint is damaged, or the method has one quality only.
        """
        if quality == DEFAULT_QUALITY:
            return self.load(checkpoint, device)
        if self.load_with_quality is None:
            raise CheckpointError(
                "The model “{title}” has one quality only.",
                remedy="Leave out --quality, or choose a model of the method lq_vae.",
                title=checkpoint.card.title,
            )
        return self.load_with_quality(checkpoint, device, quality)
