"""Everything that rebuilds the networks of a checkpoint."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Literal, TypeVar, cast

from engine.errors import CheckpointError
from engine.methods.lq_vae.many_sources import ManySourcesConfig
from engine.methods.lq_vae.mask_network import MaskNetworkConfig
from engine.methods.lq_vae.prior import PriorConfig
from engine.methods.lq_vae.spectral_codec import SpectralConfig
from engine.methods.lq_vae.waveform_codec import WaveformConfig
from engine.model_card import JsonValue
from engine.nn.causal_transformer import TransformerConfig
from engine.residual import REST_STEM

NAME = "lq_vae"

_Config = TypeVar("_Config")


@dataclass(frozen=True, slots=True, kw_only=True)
class LqVaeConfig:
    """Codec, priors and how they are used.

    Attributes:
        stem_names: Stems with a prior; ``rest`` at the end stands for everything else.
        codec: Which codec: the product's on spectra, or the published one on waveforms.
        spectral: The product's.
        waveform: The published one.
        prior: Shape of every prior.
        many: What steps with three or more stems may cost.
        inference: Samples of the posterior (sequential Monte Carlo), or the most probable codes
            (beam search, which with one particle is the greedy search).
        covariance_scale: Factor on the measured covariance of the likelihood. What codes leave of
            a mix goes on from frame to frame, and as independent evidence it would count too
            often.
        num_particles: Particles, or beams, at the default quality.
        resample_below: See ``sample_codes``.
        lag_seconds: After this time, what comes later no longer changes the codes of a sample.
    """

    stem_names: tuple[str, ...] = ("drums", "bass")
    codec: Literal["spectral", "waveform"] = "spectral"
    spectral: SpectralConfig = field(default_factory=SpectralConfig)
    waveform: WaveformConfig = field(default_factory=WaveformConfig)
    prior: PriorConfig = field(default_factory=PriorConfig)
    many: ManySourcesConfig = field(default_factory=ManySourcesConfig)
    inference: Literal["sample", "search"] = "sample"
    covariance_scale: float = 1.0
    num_particles: int = 16
    resample_below: float = 0.5
    lag_seconds: float = 0.4

    def __post_init__(self) -> None:
        if self.codec not in ("spectral", "waveform"):
            raise ValueError(f"unknown codec {self.codec!r}")
        if self.inference not in ("sample", "search"):
            raise ValueError(f"unknown inference {self.inference!r}")

    @property
    def prior_names(self) -> tuple[str, ...]:
        """Stems with a prior."""
        return tuple(name for name in self.stem_names if name != REST_STEM)

    @property
    def title(self) -> str:
        """Name for people of a model with these stems."""
        return f"Solo priors: {', '.join(self.stem_names)}"

    @property
    def experimental_stems(self) -> tuple[str, ...]:
        """Stems that are known to be weak: beside the other methods, all of them."""
        return self.stem_names

    @property
    def has_rest(self) -> bool:
        """Whether the last stem is the rest."""
        return REST_STEM in self.stem_names

    @property
    def num_stages(self) -> int:
        """Codes of a latent frame."""
        return self.spectral.num_stages if self.codec == "spectral" else 1

    @property
    def num_codes(self) -> int:
        """Size of a codebook."""
        codec = self.spectral if self.codec == "spectral" else self.waveform
        return codec.num_codes

    def to_json(self) -> dict[str, JsonValue]:
        """Return the config as a model card holds it."""
        return cast(dict[str, JsonValue], asdict(self))

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> "LqVaeConfig":
        """Read the config of a model card.

        Raises:
            CheckpointError: A field is missing, unknown, or of another type.
        """
        try:
            known = dict(values)
            prior = dict(cast(Mapping[str, object], known["prior"]))
            prior["transformer"] = _read(TransformerConfig, prior["transformer"])
            known["prior"] = _read(PriorConfig, prior)
            spectral = dict(cast(Mapping[str, object], known["spectral"]))
            spectral["masks"] = _read(MaskNetworkConfig, spectral["masks"])
            known["spectral"] = _read(SpectralConfig, spectral)
            known["waveform"] = _read(WaveformConfig, known["waveform"])
            known["many"] = _read(ManySourcesConfig, known["many"])
            return _read(cls, known)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                "The model was made for another version of {method}: {reason}.",
                remedy="Use a model that came with this version of Strata.",
                method=NAME,
                reason=str(error),
            ) from error


def _read(kind: type[_Config], values: object) -> _Config:
    """Build a dataclass from all of its fields; JSON has lists for tuples."""
    assert is_dataclass(kind)
    given = dict(cast(Mapping[str, object], values))
    missing = {entry.name for entry in fields(kind)} - given.keys()
    if missing:
        raise KeyError(", ".join(sorted(missing)))
    for name, value in given.items():
        if isinstance(value, list):
            given[name] = tuple(value)
    return kind(**given)
