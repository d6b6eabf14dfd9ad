"""A separator without a network, and a mix in memory, for tests of everything around them.

Axes: B window, S stem, C channel, F frequency bin, N spectrogram frame, T frame.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.events import FloatArray
from engine.methods.base import Estimate
from engine.model_card import ModelCard

FAKE_STEMS = ("drums", "bass", "other", "vocals")


def fake_card(
    *,
    sample_rate: int = 44_100,
    channels: int = 2,
    window_frames: int = 4096,
    context_frames: int = 512,
    stem_names: tuple[str, ...] = FAKE_STEMS,
) -> ModelCard:
    """Return the card of a small model."""
    return ModelCard(
        method="fake",
        title="Fake bands",
        stem_names=stem_names,
        sample_rate=sample_rate,
        channels=channels,
        window_frames=window_frames,
        context_frames=context_frames,
        config={},
    )


@dataclass(slots=True, kw_only=True, eq=False)
class FakeSeparator:
    """Gives each stem fixed bands: stem s claims most of the bins f with f mod S == s.

    Attributes:
        card: Facts about it.
        stft: Transform of the estimates.
        mean_share: Share of the claimed spectrum that the mean takes; 0 is a pure mask.
        last_is_silent: Whether the last stem claims nothing.
        noise: Standard deviation of noise on the means, as a share of the mix.
        num_steps: How often a batch yields.
        before_step: Called with the size of the batch before each step; may raise.
        batch_sizes: Sizes of all batches that were begun.
        num_closed: Batches that ended before their last step.
    """

    card: ModelCard = field(default_factory=fake_card)
    stft: Stft = field(default_factory=lambda: Stft(n_fft=512, hop=128))
    mean_share: float = 0.5
    last_is_silent: bool = False
    noise: float = 0.0
    num_steps: int = 2
    before_step: Callable[[int], None] = lambda _size: None
    batch_sizes: list[int] = field(default_factory=list)
    num_closed: int = 0

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch; see ``Separator.separate_windows``."""
        assert mix_BCT.shape[1:] == (self.card.channels, self.card.window_frames)
        assert mix_BCT.dtype == torch.float32
        self.batch_sizes.append(len(mix_BCT))
        try:
            for step in range(self.num_steps):
                self.before_step(len(mix_BCT))
                yield (step + 1) / self.num_steps
        except GeneratorExit:
            self.num_closed += 1
            raise
        mix_BSCFN = self.stft.forward(mix_BCT)[:, None]
        num_stems = len(self.card.stem_names)
        bins_F = torch.arange(self.stft.num_bins) % num_stems
        claims_SF = torch.where(bins_F == torch.arange(num_stems)[:, None], 0.9, 0.02)
        if self.last_is_silent:
            claims_SF[-1] = 0.0
        mean_BSCFN = self.mean_share * claims_SF[:, None, :, None] * mix_BSCFN
        if self.noise:
            noise = torch.randn(mean_BSCFN.shape, generator=generator)
            mean_BSCFN = mean_BSCFN * (1.0 + self.noise * noise)
        error_power_BSCFN = (claims_SF[:, None, :, None] * mix_BSCFN).abs().square()
        return Estimate(mean_BSCFN=mean_BSCFN, error_power_BSCFN=error_power_BSCFN)


@dataclass(slots=True, kw_only=True, eq=False)
class MixInMemory:
    """A mix that remembers what was read of it.

    Attributes:
        samples_CT: Float32 (C, T).
        sample_rate: Frames per second.
        reads: Start and number of frames of every read.
    """

    samples_CT: FloatArray
    sample_rate: int = 44_100
    reads: list[tuple[int, int]] = field(default_factory=list)

    @property
    def num_channels(self) -> int:
        """Channels of the mix."""
        return int(self.samples_CT.shape[0])

    @property
    def num_frames(self) -> int:
        """Length of the mix."""
        return int(self.samples_CT.shape[1])

    def read(self, start_frame: int, num_frames: int) -> FloatArray:
        """Return frames; see ``MixSource.read``."""
        assert 0 <= start_frame <= start_frame + num_frames <= self.num_frames
        self.reads.append((start_frame, num_frames))
        frames_CT: FloatArray = np.array(
            self.samples_CT[:, start_frame : start_frame + num_frames], np.float32
        )
        return frames_CT
