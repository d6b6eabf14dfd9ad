"""A separation whose stems are known: events from an array, without a model."""

from collections.abc import Generator, Sequence

import numpy as np

from engine.events import (
    ChunkReady,
    FloatArray,
    ProgressChanged,
    SeparationEvent,
    SeparationFinished,
    SeparationStarted,
)

STEM_NAMES = ("drums", "bass", "other")


def random_stems(
    *, num_channels: int, num_frames: int, peak: float = 0.5, seed: int = 0
) -> FloatArray:
    """Noise of shape (S, C, T) that no stem shares with another."""
    random = np.random.default_rng(seed)
    shape = (len(STEM_NAMES), num_channels, num_frames)
    return random.uniform(-peak, peak, shape).astype(np.float32)


def scripted_separation(
    stems_SCT: FloatArray,
    *,
    sample_rate: int = 8000,
    chunk_frames: int = 100,
    stem_names: Sequence[str] = STEM_NAMES,
) -> Generator[SeparationEvent, None, None]:
    """Yield the events of a separation that finds exactly these stems."""
    num_frames = stems_SCT.shape[-1]
    mix_CT = mix_of(stems_SCT)
    yield SeparationStarted(
        stem_names=tuple(stem_names),
        sample_rate=sample_rate,
        num_channels=stems_SCT.shape[1],
        num_frames=num_frames,
        device="cpu",
    )
    for start in range(0, num_frames, chunk_frames):
        stop = min(start + chunk_frames, num_frames)
        yield ProgressChanged(fraction=stop / num_frames)
        yield ChunkReady(
            start_frame=start,
            mix=mix_CT[:, start:stop],
            stems={
                name: stem_CT[:, start:stop]
                for name, stem_CT in zip(stem_names, stems_SCT, strict=True)
            },
        )
    yield SeparationFinished(elapsed_seconds=1.0)


def mix_of(stems_SCT: FloatArray) -> FloatArray:
    """Sum of the stems, rounded once."""
    mix_CT: FloatArray = stems_SCT.sum(axis=0, dtype=np.float64).astype(np.float32)
    return mix_CT
