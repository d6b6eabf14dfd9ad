"""The systems that the dossier check compares, all with about the same number of weights.

Axes: S source, N frame of a spectrogram, F frequency bin, K latent unit, P pair of sources,
D the two sources of a pair, B frames of a pair in a batch.
"""

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from engine.methods.spectrogram_vae import faithful
from engine.methods.spectrogram_vae.faithful import SourceVaes, VaeConfig, VaeOutput
from tests.benchmarks.dossier_material import Batch, Sampling, Signals, draw_batch, pairs_of

LEARNING_RATE = 1e-3
LAST_LEARNING_RATE = 1e-5
LOG_GAIN = 10.0
"""Before log1p; a frame of unit-variance noise has magnitude one."""
DISCRIMINATION = 0.05
"""Gamma of Huang et al. 2014."""

Loss = Callable[[VaeOutput, Tensor], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class VaeSystem:
    """One autoencoder per source, each trained alone.

    Attributes:
        title: Name in the table.
        config: Shape; the number of sources is filled in later.
        loss: Minimised.
        masks: Whether log magnitudes go in and a sigmoid mask of the mix comes out, in place of
            linear magnitudes on both sides.
        remix: Whether it trains on dynamic remixes.
        in_brief: Whether one seed is enough: it is compared with nothing.
    """

    title: str
    config: VaeConfig
    loss: Loss
    masks: bool = False
    remix: bool = False
    in_brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DnnSystem:
    """One network for all sources, trained through the soft mask of a pair (Huang et al. 2014).

    Attributes:
        title: Name in the table.
        remix: Whether it trains on dynamic remixes.
        in_brief: As in ``VaeSystem``.
    """

    title: str
    remix: bool = False
    in_brief: bool = False


System = VaeSystem | DnnSystem


class MagnitudeModel(nn.Module, ABC):
    """What training and test ask of a network: magnitudes of the sources of known pairs."""

    num_sources: int

    @abstractmethod
    def losses(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the loss to minimise."""

    @abstractmethod
    def magnitudes(self, mix_NF: Tensor, pair: tuple[int, int]) -> Tensor:
        """Estimate both sources of a mix of known sources, (D, N, F)."""


class VaeModel(MagnitudeModel):
    def __init__(self, system: VaeSystem, num_sources: int, generator: torch.Generator) -> None:
        super().__init__()
        self.num_sources = num_sources
        self.system = system
        self.vaes = SourceVaes(replace(system.config, num_sources=num_sources), generator)

    def apply_vaes(self, mix_SNF: Tensor, noise_SNK: Tensor | None = None) -> VaeOutput:
        """Run the autoencoders; the mean is the estimated magnitude in either form."""
        if not self.system.masks:
            return self.vaes.forward(mix_SNF, noise_SNK)
        output = self.vaes.forward(torch.log1p(LOG_GAIN * mix_SNF), noise_SNK)
        return replace(output, mean_SNF=torch.sigmoid(output.mean_SNF) * mix_SNF)

    def losses(self, batch: Batch, generator: torch.Generator) -> Tensor:
        mix_SNF, target_SNF = _by_source(batch, self.num_sources)
        noise = None
        if self.system.config.stochastic:
            shape = (*mix_SNF.shape[:2], self.system.config.latent)
            noise = torch.randn(shape, generator=generator)
        return self.system.loss(self.apply_vaes(mix_SNF, noise), target_SNF).sum()

    def magnitudes(self, mix_NF: Tensor, pair: tuple[int, int]) -> Tensor:
        mix_SNF = mix_NF.expand(self.num_sources, -1, -1)
        return self.apply_vaes(mix_SNF).mean_SNF[list(pair)]


class DnnModel(MagnitudeModel):
    """Two hidden ReLU layers, one magnitude per source; the pair's two share out the mix."""

    def __init__(self, num_sources: int, num_bins: int, generator: torch.Generator) -> None:
        super().__init__()
        self.num_sources = num_sources
        hidden = dnn_width(num_sources, num_bins)
        widths = (num_bins, hidden, hidden, num_sources * num_bins)
        self.layers = nn.ModuleList(nn.Linear(*shape) for shape in itertools.pairwise(widths))
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            nn.init.normal_(layer.weight, std=layer.in_features**-0.5, generator=generator)
            nn.init.zeros_(layer.bias)

    def magnitudes(self, mix_NF: Tensor, pair: tuple[int, int]) -> Tensor:
        return self._estimate(mix_NF[None], [pair])[0]

    def losses(self, batch: Batch, generator: torch.Generator) -> Tensor:
        # J = |y1 - s1|^2 + |y2 - s2|^2 - gamma (|y1 - s2|^2 + |y2 - s1|^2)
        estimate_PDBF = self._estimate(batch.mix_PBF, pairs_of(self.num_sources))
        right = (estimate_PDBF - batch.targets_PDBF).square()
        wrong = (estimate_PDBF - batch.targets_PDBF.flip(1)).square()
        return 0.5 * (right - DISCRIMINATION * wrong).sum(dim=-1).mean()

    def _estimate(self, mix_PBF: Tensor, pairs: list[tuple[int, int]]) -> Tensor:
        hidden = mix_PBF
        for layer in self.layers[:-1]:
            hidden = torch.relu(layer(hidden))
        output = self.layers[-1](hidden).unflatten(-1, (self.num_sources, -1)).abs()
        chosen = [output[p][:, list(pair)].transpose(0, 1) for p, pair in enumerate(pairs)]
        magnitude_PDBF = torch.stack(chosen) + 1e-6
        return magnitude_PDBF / magnitude_PDBF.sum(dim=1, keepdim=True) * mix_PBF[:, None]


def build(system: System, num_sources: int, generator: torch.Generator) -> MagnitudeModel:
    """Make a freshly initialised model of a system."""
    if isinstance(system, DnnSystem):
        return DnnModel(num_sources, faithful.N_FFT // 2 + 1, generator)
    return VaeModel(system, num_sources, generator)


def as_scorer(model: MagnitudeModel) -> Callable[[Tensor, tuple[int, int], Tensor], Tensor]:
    """Hide the targets from a model."""
    return lambda mix_NF, pair, _target: model.magnitudes(mix_NF, pair)


def train(
    system: System, signals: Signals, *, seed: int, num_updates: int, sampling: Sampling
) -> MagnitudeModel:
    """Train with Adam and a cosine schedule; every system sees the same number of frames."""
    generator = torch.Generator().manual_seed(seed)
    model = build(system, len(signals.audio_SMT), generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    sampling = replace(sampling, remix=system.remix)
    for update in range(num_updates):
        share = 0.5 * (1.0 + math.cos(math.pi * update / num_updates))
        for group in optimizer.param_groups:
            group["lr"] = LAST_LEARNING_RATE + share * (LEARNING_RATE - LAST_LEARNING_RATE)
        optimizer.zero_grad()
        loss = model.losses(draw_batch(signals, sampling, generator), generator)
        torch.autograd.backward(loss)
        optimizer.step()
    return model.eval()


def released_loss(output: VaeOutput, target_SNF: Tensor) -> Tensor:
    """What the authors' release minimises, for reference only: it has no use.

    The log-variance term is missing, so an infinite variance is optimal; the divergence, meant
    for a prior of variance v = 0.5, leaves v out under its first term; and one is a mean over
    bins while the other is a sum over latent units.
    """
    # L = mean_f (s_f - mu_f)^2 exp(-v_f)
    #     + 1/2 sum_k [ exp(l_k / v) + m_k^2 / v - (1 - log v) - l_k ]
    prior_variance = 0.5
    assert output.log_variance_SNF is not None
    assert output.code_log_variance_SNK is not None
    error = (target_SNF - output.mean_SNF).square() * torch.exp(-output.log_variance_SNF)
    divergence = (
        torch.exp(output.code_log_variance_SNK / prior_variance)
        + output.code_mean_SNK.square() / prior_variance
        - (1.0 - math.log(prior_variance))
        - output.code_log_variance_SNK
    )
    return error.mean(dim=(-2, -1)) + 0.5 * divergence.sum(dim=-1).mean(dim=-1)


def dnn_width(num_sources: int, num_bins: int) -> int:
    """Width of both hidden layers that spends the weights of ``num_sources`` autoencoders."""
    budget = num_sources * faithful.num_weights(
        SourceVaes(VaeConfig(num_sources=1, num_bins=num_bins), torch.Generator())
    )
    linear = num_bins * (1 + num_sources)
    return round((-linear + math.sqrt(linear**2 + 4.0 * budget)) / 2.0)


_RELEASED = VaeConfig(num_sources=1)
# The release's tiny initial weights lower the direct estimates, in trials by 1 to 2 dB; all but
# the systems named after the release start from 1 / sqrt(inputs).
PAPER = replace(_RELEASED, initial_deviation=None)
# Without a head for the decoder's variance the hidden layers grow from 128 to 182 or, without
# one for the code's as well, to 192: 221 676 and 221 568 weights against 221 568.
_NO_VARIANCE = replace(PAPER, hidden=(182,), learned_variance=False)
_PLAIN = replace(_NO_VARIANCE, hidden=(192,), stochastic=False)
_PLAIN_TWIN = replace(_PLAIN, hidden=(128,))

SYSTEMS: tuple[System, ...] = (
    VaeSystem(title="VAE, paper's bound", config=PAPER, loss=faithful.paper_loss),
    VaeSystem(
        title="VAE, paper's bound, released init",
        config=_RELEASED,
        loss=faithful.paper_loss,
        in_brief=True,
    ),
    VaeSystem(title="VAE, released loss", config=_RELEASED, loss=released_loss, in_brief=True),
    VaeSystem(
        title="VAE, unit variance, β 1",
        config=_NO_VARIANCE,
        loss=partial(faithful.fixed_variance_loss, beta=1.0),
    ),
    VaeSystem(
        title="VAE, unit variance, β 0.01",
        config=_NO_VARIANCE,
        loss=partial(faithful.fixed_variance_loss, beta=0.01),
    ),
    VaeSystem(title="σ-VAE", config=_NO_VARIANCE, loss=faithful.sigma_vae_loss, in_brief=True),
    VaeSystem(
        title="AE, mean path of the VAE",
        config=_PLAIN_TWIN,
        loss=faithful.autoencoder_loss,
        in_brief=True,
    ),
    VaeSystem(title="AE, equal weights", config=_PLAIN, loss=faithful.autoencoder_loss),
    DnnSystem(title="DNN, joint soft mask"),
    DnnSystem(title="DNN, joint soft mask, remix", remix=True),
    VaeSystem(
        title="C+ without remix",
        config=_NO_VARIANCE,
        loss=faithful.sigma_vae_loss,
        masks=True,
        in_brief=True,
    ),
    VaeSystem(
        title="C+", config=_NO_VARIANCE, loss=faithful.sigma_vae_loss, masks=True, remix=True
    ),
    VaeSystem(
        title="C+ as AE", config=_PLAIN, loss=faithful.autoencoder_loss, masks=True, remix=True
    ),
)


def _by_source(batch: Batch, num_sources: int) -> tuple[Tensor, Tensor]:
    """Sort mixes and targets of pairs to the autoencoders that learn from them, (S, N, F)."""
    mixes, targets = [], []
    for source in range(num_sources):
        places = [
            (p, pair.index(source))
            for p, pair in enumerate(pairs_of(num_sources))
            if source in pair
        ]
        mixes.append(torch.cat([batch.mix_PBF[p] for p, _ in places]))
        targets.append(torch.cat([batch.targets_PDBF[p, d] for p, d in places]))
    return torch.stack(mixes), torch.stack(targets)
