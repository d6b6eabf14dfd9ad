"""What evaluation asks of a separator: a mix in memory goes in, all stems come out.

Axes: S stem, C channel, T sample.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from engine.checkpoint import load_checkpoint
from engine.device import choose_device
from engine.events import ChunkReady, FloatArray, ProgressChanged
from engine.methods.base import Separator
from engine.methods.catalog import method_named
from engine.model_library import find_model
from engine.quality import DEFAULT_QUALITY, Quality
from engine.separation import SeparationOptions, separate


class StemEstimator(Protocol):
    """Anything that separates."""

    @property
    def name(self) -> str:
        """Name of the model for the report."""
        ...

    @property
    def stem_names(self) -> tuple[str, ...]:
        """Stems in the order of the estimates."""
        ...

    def estimate(self, mix_CT: FloatArray, sample_rate: int) -> Generator[float, None, FloatArray]:
        """Separate a mix.

        Yields:
            The share that is done. Closing the generator cancels.

        Returns:
            Float32 (S, C, T).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineEstimator:
    """The whole product pipeline around a loaded model: what users hear is what is scored."""

    name: str
    separator: Separator
    device: torch.device
    options: SeparationOptions

    @property
    def stem_names(self) -> tuple[str, ...]:
        """Stems of the model's card."""
        return self.separator.card.stem_names

    def estimate(self, mix_CT: FloatArray, sample_rate: int) -> Generator[float, None, FloatArray]:
        """Run ``separate`` and collect its chunks."""
        mix = _MixInMemory(mix_CT=mix_CT, sample_rate=sample_rate)
        stems_SCT = np.zeros((len(self.stem_names), *mix_CT.shape), dtype=np.float32)
        with closing(separate(mix, self.separator, self.options, device=self.device)) as events:
            for event in events:
                if isinstance(event, ProgressChanged):
                    yield event.fraction
                elif isinstance(event, ChunkReady):
                    stop = event.start_frame + event.mix.shape[-1]
                    for index, stem in enumerate(self.stem_names):
                        stems_SCT[index, :, event.start_frame : stop] = event.stems[stem]
        return stems_SCT


def load_estimator(
    model: str, *, device: str = "auto", seed: int = 0, quality: Quality = DEFAULT_QUALITY
) -> PipelineEstimator:
    """Load a model by its name, method or path.

    Raises:
        CheckpointError: There is no such model, or it is damaged.
        EngineError: There is no such device.
    """
    entry = find_model(model)
    chosen = choose_device(device)
    method = method_named(entry.card.method)
    return PipelineEstimator(
        name=entry.name,
        separator=method.load_at(load_checkpoint(entry.path), chosen, quality),
        device=chosen,
        options=SeparationOptions(seed=seed),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _MixInMemory:
    """A ``MixSource`` over an array."""

    mix_CT: FloatArray
    sample_rate: int

    @property
    def num_channels(self) -> int:
        return len(self.mix_CT)

    @property
    def num_frames(self) -> int:
        num_frames: int = self.mix_CT.shape[-1]
        return num_frames

    def read(self, start_frame: int, num_frames: int) -> FloatArray:
        return self.mix_CT[:, start_frame : start_frame + num_frames].copy()
