"""Three claims of the paper that need more than a table of scores.

Axes: S source, M signal, N frame of a spectrogram, F frequency bin, K latent unit, D the two
sources of a mixture.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from engine.methods.spectrogram_vae import faithful
from tests.benchmarks.dossier_material import Sampling, Signals, pairs_of
from tests.benchmarks.dossier_scores import ESTIMATES, Label, rank_correlation, score
from tests.benchmarks.dossier_systems import (
    PAPER,
    MagnitudeModel,
    VaeModel,
    VaeSystem,
    as_scorer,
    train,
)

LATENT_SIZES = (16, 64, 256)
TEST_SNRS_DB = (-6.0, -3.0, 0.0, 3.0, 6.0)
ACTIVE_VARIANCE = 0.01
PAPER_BATCH = 17
"""Frames per update that the paper found best, and took for temporal context."""


def latent_sweep(
    signals: Signals, tests: Signals, sources: Sequence[str], num_updates: int, sampling: Sampling
) -> list[str]:
    """Widen the code under hidden layers of 256 units; count the units that carry anything."""
    lines = [
        "**Latent size** (hidden 256, one seed, clean): SDR direct / ratio mask in dB, units "
        "whose posterior mean varies by more than 0.01 over frames, mean over sources.",
        "",
        "| loss | " + " | ".join(f"K = {size}" for size in LATENT_SIZES) + " |",
        "|---|" + "---|" * len(LATENT_SIZES),
    ]
    for title, loss, learned in (
        ("paper's bound", faithful.paper_loss, True),
        ("σ-VAE", faithful.sigma_vae_loss, False),
    ):
        cells = []
        for size in LATENT_SIZES:
            config = replace(PAPER, hidden=(256,), latent=size, learned_variance=learned)
            system = VaeSystem(title=title, config=config, loss=loss)
            model = train(system, signals, seed=0, num_updates=num_updates, sampling=sampling)
            assert isinstance(model, VaeModel)
            direct, masked = _mean_sdrs(model, tests, sources)
            cells.append(f"{direct:.2f} / {masked:.2f}, {_active_units(model, tests):.0f} active")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def frame_order(
    signals: Signals, tests: Signals, sources: Sequence[str], num_updates: int, num_seeds: int
) -> list[str]:
    """Train on 17 neighbouring frames a time and on 17 frames from anywhere."""
    lines = [
        f"**Frame order** (paper's bound, {PAPER_BATCH} frames per pair and update, clean): mean "
        "SDR direct / ratio mask in dB ± deviation over seeds.",
        "",
    ]
    system = VaeSystem(title="order", config=PAPER, loss=faithful.paper_loss)
    for name, contiguous in (("neighbouring frames", True), ("shuffled frames", False)):
        sampling = Sampling(frames_per_pair=PAPER_BATCH, contiguous=contiguous)
        runs_RE = np.array(
            [
                _mean_sdrs(
                    train(system, signals, seed=s, num_updates=num_updates, sampling=sampling),
                    tests,
                    sources,
                )
                for s in range(num_seeds)
            ]
        )
        mean, spread = runs_RE.mean(axis=0), runs_RE.std(axis=0, ddof=min(1, num_seeds - 1))
        cells = [f"{m:.2f} ±{d:.2f}" for m, d in zip(mean, spread, strict=True)]
        lines.append(f"- {name}: {' / '.join(cells)}")
    return lines


def variance_as_confidence(
    signals: Signals, tests: Signals, num_updates: int, sampling: Sampling
) -> list[str]:
    """Hold the decoder's variance against the squared error of its mean, clean test."""
    system = VaeSystem(title="confidence", config=PAPER, loss=faithful.paper_loss)
    model = train(system, signals, seed=0, num_updates=num_updates, sampling=sampling)
    assert isinstance(model, VaeModel)
    return _confidence(model, tests)


@torch.inference_mode()
def _confidence(model: VaeModel, tests: Signals) -> list[str]:
    lines = [
        "**Variance as confidence** (paper's bound, one seed, clean), both sources of every pair:",
        "",
        "| level of the source over the other, dB | mean variance | mean squared error "
        "| mean (s − μ)²/σ² | ρ over bins | ρ over files |",
        "|---|---|---|---|---|---|",
    ]
    for snr_db in TEST_SNRS_DB:
        variances, errors = [], []
        for pair in pairs_of(len(tests.audio_SMT)):
            for target, other in (pair, pair[::-1]):
                target_MNF = tests.frames_SMNF[target]
                mix_MNF = target_MNF + 10.0 ** (-snr_db / 20.0) * tests.frames_SMNF[other]
                frames_SNF = mix_MNF.abs().flatten(end_dim=1).expand(len(tests.audio_SMT), -1, -1)
                output = model.apply_vaes(frames_SNF)
                assert output.log_variance_SNF is not None
                shape = target_MNF.shape
                variances.append(output.log_variance_SNF[target].exp().reshape(shape))
                errors.append((output.mean_SNF[target].reshape(shape) - target_MNF.abs()).square())
        variance_MNF = torch.cat(variances).double().numpy()
        error_MNF = torch.cat(errors).double().numpy()
        sample = np.random.default_rng(0).integers(variance_MNF.size, size=50_000)
        over_bins = rank_correlation(variance_MNF.ravel()[sample], error_MNF.ravel()[sample])
        over_files = rank_correlation(variance_MNF.mean((1, 2)), error_MNF.mean((1, 2)))
        lines.append(
            f"| {snr_db:+.0f} | {variance_MNF.mean():.3f} | {error_MNF.mean():.3f} "
            f"| {np.mean(error_MNF / variance_MNF):.2f} | {over_bins:.2f} | {over_files:.2f} |"
        )
    return lines


def _mean_sdrs(
    model: MagnitudeModel, tests: Signals, sources: Sequence[str]
) -> tuple[float, float]:
    label = Label(material="", protocol="clean", system="", seed=0)
    scores = score(as_scorer(model), tests, sources, label)
    direct, masked = (
        float(np.mean([s.sdr_db for s in scores if s.estimate == name])) for name in ESTIMATES
    )
    return direct, masked


@torch.inference_mode()
def _active_units(model: VaeModel, tests: Signals) -> float:
    first, second = pairs_of(len(tests.audio_SMT))[0]
    mix_NF = (tests.frames_SMNF[first] + tests.frames_SMNF[second]).abs().flatten(end_dim=1)
    output = model.apply_vaes(mix_NF.expand(len(tests.audio_SMT), -1, -1))
    active_SK = output.code_mean_SNK.var(dim=1) > ACTIVE_VARIANCE
    return float(active_SK.sum(dim=1).float().mean())
