"""Two published separators as this project's trainer and evaluation see them: their own code.

Open-Unmix (Stöter, Uhlich, Liutkus, Mitsufuji 2019), as published but for the length of training:
four networks of the ``umxhq`` shape, each on magnitudes of its own target with the mean squared
error, inputs scaled by the statistics of the training mixes, 6 s of context, one iteration of
Wiener-EM over the whole song. HTDemucs (Rouard, Massa, Défossez 2023), reduced to what two cores
can train: half the channels and two layers of the transformer in place of five, L1 on waveforms;
songs go through its own ``apply_model`` with its defaults (overlap 0.25, one random shift).

Both are under the MIT licence, need nothing of what the app ships, and are installed by hand:

    pip install --no-deps openunmix==1.3.0 demucs==4.1.0 einops julius tqdm

Open-Unmix imports torchaudio, which has no build for every torch, for its data loaders alone;
an empty module stands in for it.

Axes: B mix, S stem, C channel, F frequency bin, N spectrogram frame, R real and imaginary, T frame.
"""

import importlib
import random
import sys
import types
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.checkpoint import load_checkpoint
from engine.events import FloatArray
from engine.methods.base import Stage, StemBatch
from engine.model_card import JsonValue, ModelCard
from engine.training.stem_dataset import StemDataset

STEM_NAMES = ("drums", "bass", "other", "vocals")
SAMPLE_RATE = 44_100
UMX_SHAPE: Mapping[str, JsonValue] = {"nb_bins": 2049, "hidden_size": 512, "max_bin": 1487}
HTDEMUCS_REDUCED: Mapping[str, JsonValue] = {"channels": 24, "t_layers": 2, "segment": 3}
HTDEMUCS_PUBLISHED: Mapping[str, JsonValue] = {"bottom_channels": 512, "segment": 7.8}

_SILENCE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A published separator and how its authors train it.

    Attributes:
        stage: Its network and its loss.
        separate: All stems of a mix of any length, (C, T) to (S, C, T), in evaluation mode.
        crop_seconds: Length of a training mix.
        learning_rate: Highest rate.
        clip_norm: Largest norm of the gradient; infinite where the authors have none.
    """

    stage: Stage
    separate: Callable[[nn.Module, Tensor], Tensor]
    crop_seconds: float
    learning_rate: float
    clip_norm: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeerEstimator:
    """A trained peer as evaluation takes it.

    Attributes:
        name: For the report.
        peer: What it is.
        module: With its weights, in evaluation mode.
        consistent: Whether what the stems lack to the mix is shared out among them equally.
    """

    name: str
    peer: Peer
    module: nn.Module
    consistent: bool = False

    @property
    def stem_names(self) -> tuple[str, ...]:
        return STEM_NAMES

    def estimate(self, mix_CT: FloatArray, sample_rate: int) -> Generator[float, None, FloatArray]:
        """Separate a whole mix; a mono one as both sides of a stereo one."""
        if sample_rate != SAMPLE_RATE:
            raise ValueError(f"peers work at {SAMPLE_RATE} Hz, not at {sample_rate}")
        yield 0.0
        mix = torch.from_numpy(mix_CT).float()
        with torch.inference_mode():
            stems_SCT = self.peer.separate(self.module, mix.expand(2, -1))
            if len(mix) == 1:
                stems_SCT = stems_SCT.mean(dim=1, keepdim=True)
            if self.consistent:
                stems_SCT = stems_SCT + (mix - stems_SCT.sum(dim=0)) / len(stems_SCT)
        estimates: FloatArray = stems_SCT.numpy()
        return estimates


def load_peer(path: Path, *, consistent: bool = False) -> PeerEstimator:
    """Load what ``peers_train.py`` wrote."""
    checkpoint = load_checkpoint(path)
    peer = PEERS[checkpoint.card.method]
    module = peer.stage.build(checkpoint.card.config)
    module.load_state_dict(dict(checkpoint.tensors))
    name = checkpoint.card.title + (" + consistency" if consistent else "")
    return PeerEstimator(name=name, peer=peer, module=module.eval(), consistent=consistent)


def open_unmix(config: Mapping[str, object], *, num_iterations: int = 1) -> nn.Module:
    """Build the networks of all targets inside of Open-Unmix's ``Separator``."""
    model = _open_unmix_code("model")
    targets = {name: model.OpenUnmix(nb_channels=2, **config) for name in STEM_NAMES}
    separator: nn.Module = model.Separator(
        targets, niter=num_iterations, n_fft=4096, n_hop=1024, nb_channels=2
    )
    return separator


def scale_inputs(separator: nn.Module, dataset: StemDataset, *, num_batches: int) -> None:
    """Set mean and scale of Open-Unmix's inputs from the magnitudes of training mixes."""
    frames = [
        _magnitude(separator, dataset.batch(step).mix_BCT).mean(dim=1).transpose(1, 2).flatten(0, 1)
        for step in range(num_batches)
    ]
    mean_F = torch.cat(frames).mean(dim=0)
    deviation_F = torch.cat(frames).std(dim=0)
    deviation_F = deviation_F.clamp_min(1e-4 * float(deviation_F.max()))
    with torch.no_grad():
        for target in _targets(separator).values():
            mean, scale = target.get_parameter("input_mean"), target.get_parameter("input_scale")
            mean.copy_(-mean_F[: len(mean)])
            scale.copy_(1.0 / deviation_F[: len(scale)])


def htdemucs(config: Mapping[str, object]) -> nn.Module:
    """Build HTDemucs of any size."""
    code = importlib.import_module("demucs.htdemucs")
    network: nn.Module = code.HTDemucs(list(STEM_NAMES), **config)
    return network


def separate_whole(separator: nn.Module, mix_CT: Tensor) -> Tensor:
    """Separate as ``openunmix.predict`` does."""
    stems_BSCT: Tensor = separator(mix_CT[None])
    return stems_BSCT[0]


def separate_in_segments(network: nn.Module, mix_CT: Tensor) -> Tensor:
    """Separate as ``demucs.api`` does."""
    apply = importlib.import_module("demucs.apply")
    side_T = mix_CT.mean(dim=0)
    mean, deviation = side_T.mean(), side_T.std() + 1e-8
    random.seed(0)  # it shifts the mix at random
    stems_BSCT: Tensor = apply.apply_model(network, ((mix_CT - mean) / deviation)[None])
    return stems_BSCT[0] * deviation + mean


def _open_unmix_code(name: str) -> types.ModuleType:
    for missing in ("torchaudio", "torchaudio.transforms"):
        sys.modules.setdefault(missing, types.ModuleType(missing))
    return importlib.import_module(f"openunmix.{name}")


def _targets(separator: nn.Module) -> nn.ModuleDict:
    targets = separator.get_submodule("target_models")
    assert isinstance(targets, nn.ModuleDict)
    return targets


def _spectrum(separator: nn.Module, signal_BCT: Tensor) -> Tensor:
    spectrum_BCFNR: Tensor = separator.get_submodule("stft")(signal_BCT.contiguous())
    return spectrum_BCFNR


def _magnitude(separator: nn.Module, signal_BCT: Tensor) -> Tensor:
    magnitude_BCFN: Tensor = torch.linalg.vector_norm(_spectrum(separator, signal_BCT), dim=-1)
    return magnitude_BCFN


def _open_unmix_losses(separator: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
    mix_BCFNR = _spectrum(separator, batch.mix_BCT)
    mix_BCFN = mix_BCFNR.norm(dim=-1)
    losses: dict[str, Tensor] = {}
    total = torch.zeros(())
    for index, (name, target) in enumerate(_targets(separator).items()):
        stem_BCFNR = _spectrum(separator, batch.stems_BSCT[:, index])
        magnitude_BCFN = target(mix_BCFN).float()
        total = total + (magnitude_BCFN - stem_BCFNR.norm(dim=-1)).square().mean()
        with torch.no_grad():
            mask_BCFN = magnitude_BCFN / mix_BCFN.clamp_min(_SILENCE)
            error = stem_BCFNR - mask_BCFN[..., None] * mix_BCFNR
            losses[f"sdr_{name}_db"] = _sdr_db(stem_BCFNR, error)
    return {"total": total, **losses}


def _waveform_losses(network: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
    error_BSCT = network(batch.mix_BCT).float() - batch.stems_BSCT
    with torch.no_grad():
        sdr = {
            f"sdr_{name}_db": _sdr_db(batch.stems_BSCT[:, index], error_BSCT[:, index])
            for index, name in enumerate(STEM_NAMES)
        }
    return {"total": error_BSCT.abs().mean(), **sdr}


def _sdr_db(stem: Tensor, error: Tensor) -> Tensor:
    """Mean over the mixes in which the stem is not silent; zero if there is none."""
    stem_B, error_B = stem.flatten(1).square().sum(dim=1), error.flatten(1).square().sum(dim=1)
    sounding = stem_B > _SILENCE
    ratio_B = 10.0 * (stem_B / error_B.clamp_min(1e-12))[sounding].log10()
    return ratio_B.mean() if len(ratio_B) else torch.zeros(())


def _stage(
    name: str,
    title: str,
    build: Callable[[Mapping[str, object]], nn.Module],
    losses: Callable[[nn.Module, StemBatch], dict[str, Tensor]],
    config: Mapping[str, JsonValue],
) -> Stage:
    def card(values: Mapping[str, object]) -> ModelCard:
        assert values == config
        return ModelCard(
            method=name,
            title=title,
            stem_names=STEM_NAMES,
            sample_rate=SAMPLE_RATE,
            channels=2,
            window_frames=10 * SAMPLE_RATE,
            context_frames=0,
            config=config,
            provenance="A peer, not a model of Strata.",
        )

    return Stage(
        name=name, stem_names=STEM_NAMES, build=build, losses=losses, card=card, config=config
    )


PEERS: Mapping[str, Peer] = {
    "openunmix": Peer(
        stage=_stage("openunmix", "Open-Unmix", open_unmix, _open_unmix_losses, UMX_SHAPE),
        separate=separate_whole,
        crop_seconds=6.0,
        learning_rate=1e-3,
    ),
    "htdemucs": Peer(
        stage=_stage("htdemucs", "HTDemucs, reduced", htdemucs, _waveform_losses, HTDEMUCS_REDUCED),
        separate=separate_in_segments,
        crop_seconds=3.0,
        learning_rate=3e-4,
    ),
}
