"""Facts about a trained model; free of torch, so that the app can list models at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a checkpoint says about itself in its header.

    Attributes:
        method: Row of ``METHODS``: ``spectrogram_vae``, ``blockwise_vae`` or ``lq_vae``.
        title: Name for people, such as “Instant draft, four stems”.
        stem_names: English ids in the order of the model's output.
        stem_order: ``free`` if windows have to be aligned with each other first.
        sample_rate: Rate at which the model works, Hz.
        channels: Channels that the model takes at once (1 or 2).
        window_frames: Length of a window at the model's rate.
        context_frames: Frames at each end of a window that lack context and are faded out.
        config: The method's own configuration, to rebuild the networks.
        experimental_stems: Stems that are known to be weak; listed with that word.
        licence: Licence of the weights.
        provenance: Data, steps, hardware, seed and date of the training in a few sentences.
        seed: Seed of the training run.
        scores: Measured quality, such as ``{"test/drums/usdr_db": 7.1}``.
    """

    method: str
    title: str
    stem_names: tuple[str, ...]
    stem_order: Literal["fixed", "free"] = "fixed"
    sample_rate: int
    channels: int
    window_frames: int
    context_frames: int
    config: Mapping[str, JsonValue]
    experimental_stems: tuple[str, ...] = ()
    licence: str = ""
    provenance: str = ""
    seed: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)
