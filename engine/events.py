"""What a separation reports while it runs, in the order in which it happens."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationStarted:
    """The model is loaded and the first window is about to run.

    Attributes:
        stem_names: Names of the stems in the order of the model; they add up to the mix.
        sample_rate: Frames per second of the mix and of every chunk.
        num_channels: Channels of the mix and of every chunk.
        num_frames: Length of the mix and of every stem.
        device: Device that runs the model, as torch names it.
    """

    stem_names: tuple[str, ...]
    sample_rate: int
    num_channels: int
    num_frames: int
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressChanged:
    """The share of the work that is done; it never decreases."""

    fraction: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction <= 1.0:
            raise ValueError(f"fraction must lie in [0, 1], got {self.fraction}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRaised:
    """Something that the user should know although the work goes on, in one sentence."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChunkReady:
    """Frames that are final: each frame arrives in exactly one chunk, in order.

    Attributes:
        start_frame: Position of the first frame in the mix.
        mix: The same frames of the decoded mix, (C, t), read-only.
        stems: One read-only array (C, t) per stem name; together they add up to ``mix``.
    """

    start_frame: int
    mix: FloatArray
    stems: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparationFinished:
    """Every frame of every stem has been delivered."""

    elapsed_seconds: float


SeparationEvent = (
    SeparationStarted | ProgressChanged | NoticeRaised | ChunkReady | SeparationFinished
)
