"""Shape of the networks and weights of the loss, in three sizes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from engine.errors import CheckpointError
from engine.methods.spectrogram_vae.network import NetworkConfig as DraftConfig
from engine.model_card import JsonValue

NAME = "blockwise_vae"
DRAFT_METHOD = "spectrogram_vae"
NUM_FEATURES = 8  # per band, of the mix alone, see ``spectra``
NUM_PLACE_FEATURES = 8  # per band and source, see ``places``
STEM_NAMES = ("drums", "bass", "other", "vocals")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """Shape of encoder, latent and decoder.

    Attributes:
        num_features: Numbers per band that the encoder reads.
        num_sources: Q, blocks of the latent and stems that are decoded.
        num_bands: Bands of bins in which masks are constant (see ``Bands``).
        bands_per_patch: Bands that share a cell of the trunk and of the latent.
        width: Channels of a cell in the trunk.
        global_width: Channels of the vector through which all cells of a frame exchange.
        dilations: Dilation along time of each block of the trunk.
        latent: D, latent numbers per source, cell and frame.
        decoder_width: Channels of a cell in the decoder.
        decoder_dilations: Dilation along time of each block of the decoder.
        memory_width: Numbers that describe what the memory holds about a source.
        unlabelled: Whether the sources are of one kind, so that any block may hold any of them.
        reach: How far a side of the mix may be taken with a wrong sign, or too loud, to cancel a
            source that is on both sides: weights on the own side lie in (1 ± reach) / 2, on the
            other one in ± reach.
    """

    num_features: int = NUM_FEATURES
    num_sources: int = 4
    num_bands: int = 256
    bands_per_patch: int = 8
    width: int = 96
    global_width: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2)
    latent: int = 24
    decoder_width: int = 48
    decoder_dilations: tuple[int, ...] = (1,)
    memory_width: int = 64
    unlabelled: bool = False
    reach: float = 1.0

    def __post_init__(self) -> None:
        if self.num_bands % self.bands_per_patch:
            raise ValueError(f"{self.num_bands} bands in patches of {self.bands_per_patch}")

    @property
    def num_patches(self) -> int:
        """Cells of the trunk in one frame."""
        return self.num_bands // self.bands_per_patch


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig:
    """Weights of the parts of the loss; those of stems without a weight here are one.

    Attributes:
        band_share: Share of the error per band against the error of the whole window.
        error_floor: Power of an error, relative to the mix, that is good enough.
        joint: Weight of the error after the fusion stage.
        error: Weight of the fit of the error powers; it does not touch the masks.
        kl: Weight of KL(posterior ‖ prior), summed over the latent numbers of a cell.
        free_nats: Nats per latent number that cost nothing.
        block: Weight of the covariance between blocks.
        variance: Weight, inside that criterion, of latent numbers whose variance is not one.
        permutation: Weight of the soft assignment of blocks to stems.
        temperature_db: Softness of that assignment.
        teacher: Weight of the distance to the posteriors of the sources alone.
        teacher_items: Mixes of a batch of which one source is also shown alone.
        memory: Weight of telling the sources of a song apart by their statistics.
        empty_share: Windows that are decoded without a memory in training.
        wrong_share: Windows that are decoded with the memory of another song in training.
        draws_latent: Decode samples of the latent in training; otherwise its mean, as a plain
            autoencoder would.
    """

    band_share: float = 0.3
    error_floor: float = 1e-4
    joint: float = 1.0
    error: float = 0.1
    kl: float = 1e-3
    free_nats: float = 0.05
    block: float = 0.1
    variance: float = 1.0
    permutation: float = 0.1
    temperature_db: float = 2.0
    teacher: float = 0.02
    teacher_items: int = 2
    memory: float = 0.05
    empty_share: float = 0.5
    wrong_share: float = 0.1
    draws_latent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockwiseConfig:
    """Everything that rebuilds the module of a checkpoint.

    Attributes:
        error_samples: Pairs of samples of the latent that give the error power.
        draft: Shape of the draft (method C) whose masks the encoder reads beside the mix, on the
            same transform and bands; none for an encoder that reads the mix alone.
        draft_learns: Train the draft on with the rest; otherwise it stays as it came.
        hears_places: Let the encoder read what the places of the sources between left and right
            suggest, beside the mix (see ``places``).
    """

    stem_names: tuple[str, ...] = STEM_NAMES
    sample_rate: int = 44_100
    n_fft: int = 4096
    hop: int = 1024
    window_seconds: float = 6.0
    context_seconds: float = 0.5
    error_samples: int = 1
    draft: DraftConfig | None = None
    draft_learns: bool = False
    hears_places: bool = False
    network: NetworkConfig = field(default_factory=NetworkConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the config as a model card holds it."""
        return cast(dict[str, JsonValue], asdict(self))

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> "BlockwiseConfig":
        """Read the config of a model card.

        Raises:
            CheckpointError: A field is missing, unknown, or of another type.
        """
        try:
            known = dict(values)
            network = dict(cast(Mapping[str, object], known.pop("network")))
            loss = dict(cast(Mapping[str, object], known.pop("loss")))
            stem_names = tuple(cast(list[str], known.pop("stem_names")))
            for name in ("dilations", "decoder_dilations"):
                network[name] = tuple(cast(list[int], network[name]))
            draft = known.pop("draft")
            return cls(
                draft=None if draft is None else _draft(cast(Mapping[str, object], draft)),
                stem_names=stem_names,
                network=NetworkConfig(**network),  # type: ignore[arg-type]
                loss=LossConfig(**loss),  # type: ignore[arg-type]
                **known,  # type: ignore[arg-type]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                "The model was made for another version of {method}: {reason}.",
                remedy="Use a model that came with this version of Strata.",
                method=NAME,
                reason=str(error),
            ) from error


def _draft(values: Mapping[str, object]) -> DraftConfig:
    shape = dict(values)
    for name in ("encoder_dilations", "decoder_dilations"):
        shape[name] = tuple(cast(list[int], shape[name]))
    return DraftConfig(**shape)  # type: ignore[arg-type]


SIZES: Mapping[str, NetworkConfig] = {
    "S": NetworkConfig(),
    "M": NetworkConfig(
        width=128, global_width=256, dilations=(1, 2, 4, 8, 1, 2, 4, 8, 1, 2), decoder_width=64
    ),
    "L": NetworkConfig(
        width=192, global_width=384, dilations=(1, 2, 4, 8, 1, 2, 4, 8, 1, 2), decoder_width=96
    ),
}
"""1.3, 3.4 and 7.5 billion multiplications per second; a draft in the encoder adds 0.7."""


def drafted(network: NetworkConfig) -> BlockwiseConfig:
    """Return the config of a model that reads the bundled draft and starts where it stands."""
    draft = DraftConfig(num_stems=network.num_sources)
    num_features = NUM_FEATURES + 2 * draft.num_stems * draft.channels
    return BlockwiseConfig(draft=draft, network=replace(network, num_features=num_features))
