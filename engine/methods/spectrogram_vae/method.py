"""Method C+: one VAE per stem on magnitudes; the instant draft.

After Pandey, Kumar, Namboodiri, “Monoaural Audio Source Separation Using Variational
Autoencoders”, Interspeech 2018. What changed against the paper: 44.1 kHz stereo, log power in
bands as input, a mask instead of a magnitude as output, context over time, the ELBO with its right
sign and an analytic variance, dynamic remixing, and a decoder variance that the fusion stage uses.

Axes: B window, S stem, C channel, F frequency bin, K band, N spectrogram frame, T frame.
"""

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from engine.audio.stft import Stft
from engine.checkpoint import Checkpoint
from engine.errors import CheckpointError
from engine.methods.base import Estimate, Method, Stage, StemBatch
from engine.methods.spectrogram_vae.bands import Bands
from engine.methods.spectrogram_vae.losses import (
    LossConfig,
    band_sums,
    log_power_feature,
    vae_losses,
)
from engine.methods.spectrogram_vae.network import NetworkConfig, StemVaes
from engine.model_card import JsonValue, ModelCard

NAME = "spectrogram_vae"
STEM_NAMES = ("drums", "bass", "other", "vocals")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrogramVaeConfig:
    """Everything that rebuilds the module of a checkpoint, and the weights of its loss."""

    stem_names: tuple[str, ...] = STEM_NAMES
    sample_rate: int = 44_100
    n_fft: int = 4096
    hop: int = 1024
    window_seconds: float = 6.0
    context_seconds: float = 0.35
    network: NetworkConfig = field(default_factory=lambda: NetworkConfig(num_stems=4))
    loss: LossConfig = field(default_factory=LossConfig)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the config as a model card holds it."""
        return cast(dict[str, JsonValue], asdict(self))

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> "SpectrogramVaeConfig":
        """Read the config of a model card.

        Raises:
            CheckpointError: A field is missing, unknown, or of another type.
        """
        try:
            known = dict(values)
            network = dict(cast(Mapping[str, object], known.pop("network")))
            loss = dict(cast(Mapping[str, object], known.pop("loss")))
            stem_names = tuple(cast(list[str], known.pop("stem_names")))
            for name in ("encoder_dilations", "decoder_dilations"):
                network[name] = tuple(cast(list[int], network[name]))
            return cls(
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


class SpectrogramVae(nn.Module):
    """The VAEs with their front end."""

    def __init__(self, config: SpectrogramVaeConfig) -> None:
        super().__init__()
        if config.network.num_stems != len(config.stem_names):
            raise ValueError(f"{config.network.num_stems} VAEs for stems {config.stem_names}")
        self.config = config
        self.stft = Stft(n_fft=config.n_fft, hop=config.hop)
        self.bands = Bands(num_bins=self.stft.num_bins, num_bands=config.network.num_bands)
        self.vaes = StemVaes(config.network)


class SpectrogramVaeSeparator:
    """Turns decoded masks and errors into the estimate that the fusion stage takes."""

    def __init__(self, card: ModelCard, module: SpectrogramVae) -> None:
        self._card = card
        self._module = module.eval()

    @property
    def card(self) -> ModelCard:
        """Facts about the loaded model."""
        return self._card

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        return self._module.stft

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of windows; see ``Separator.separate_windows``.

        The latent is at its posterior's mean, so ``generator`` is not used.
        """
        del generator
        bands = self._module.bands
        mix_BCFN = self._module.stft.forward(mix_BCT)
        power_BCKN = bands.power(mix_BCFN)
        yield 0.2
        decoded = self._module.vaes(log_power_feature(power_BCKN))
        yield 0.8
        width_K = bands.widths_K.to(power_BCKN)[:, None]
        error_BSCKN = decoded.log_error_BSCKN.exp() * (power_BCKN / width_K)[:, None]
        mean_BSCFN = bands.expand(decoded.mask_BSCKN) * mix_BCFN[:, None]
        yield 1.0
        return Estimate(mean_BSCFN=mean_BSCFN, error_power_BSCFN=bands.expand(error_BSCKN))


def _build(values: Mapping[str, object]) -> nn.Module:
    return SpectrogramVae(SpectrogramVaeConfig.from_json(values))


def _losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
    assert isinstance(module, SpectrogramVae)
    with torch.no_grad(), torch.autocast(batch.stems_BSCT.device.type, enabled=False):
        sums = band_sums(batch.stems_BSCT, module.stft, module.bands)
        feature_BCKN = log_power_feature(sums.mix_BCKN)
    decoded = module.vaes(feature_BCKN, sample=module.training)
    with torch.autocast(batch.stems_BSCT.device.type, enabled=False):
        losses = vae_losses(decoded, sums, config=module.config.loss)
    return {
        name if not name.startswith("sdr_") else _named(name, module.config.stem_names): value
        for name, value in losses.items()
    }


def _named(name: str, stem_names: tuple[str, ...]) -> str:
    _, index, unit = name.split("_")
    return f"sdr_{stem_names[int(index)]}_{unit}"


def _card(values: Mapping[str, object]) -> ModelCard:
    config = SpectrogramVaeConfig.from_json(values)
    return ModelCard(
        method=NAME,
        title="Instant draft: drums, bass, other, vocals",
        stem_names=config.stem_names,
        sample_rate=config.sample_rate,
        channels=config.network.channels,
        window_frames=round(config.window_seconds * config.sample_rate),
        context_frames=round(config.context_seconds * config.sample_rate),
        config=config.to_json(),
        experimental_stems=tuple(name for name in config.stem_names if name == "vocals"),
        licence="CC BY-SA 4.0",
    )


def load(checkpoint: Checkpoint, device: torch.device) -> SpectrogramVaeSeparator:
    """Rebuild the separator of a checkpoint.

    Raises:
        CheckpointError: The weights do not fit the card's config.
    """
    module = SpectrogramVae(SpectrogramVaeConfig.from_json(checkpoint.card.config))
    checkpoint.give_weights_to(module)
    return SpectrogramVaeSeparator(checkpoint.card, module.to(device))


def tiny_config() -> SpectrogramVaeConfig:
    """Return a config whose network takes a few kilobytes and milliseconds."""
    network = NetworkConfig(
        num_stems=4,
        num_bands=32,
        front_channels=2,
        hidden=8,
        latent=4,
        encoder_dilations=(1, 2),
        decoder_dilations=(1,),
    )
    return SpectrogramVaeConfig(
        n_fft=512, hop=128, window_seconds=0.5, context_seconds=0.05, network=network
    )


def _tiny_checkpoint() -> Checkpoint:
    values = tiny_config().to_json()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = _build(values)
    return Checkpoint(card=_card(values), tensors=module.state_dict())


METHOD = Method(
    name=NAME,
    title="Spectrogram VAE (instant draft)",
    load=load,
    stages=(
        Stage(
            name="model",
            stem_names=STEM_NAMES,
            build=_build,
            losses=_losses,
            card=_card,
            config=SpectrogramVaeConfig().to_json(),
        ),
    ),
    tiny_checkpoint=_tiny_checkpoint,
)
