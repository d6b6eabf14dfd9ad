"""A search over a mix in latent space adds up exactly what priors and likelihood say of its codes.

Axes: B window, P beam, S source, L latent frame, R stage, D latent channel.
"""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from engine.methods.lq_vae.beam_search import search_codes
from engine.methods.lq_vae.latent_sequence import LatentSequence, StagePosteriors
from engine.methods.lq_vae.method import tiny_config
from engine.methods.lq_vae.model import LqVaeModel
from engine.methods.lq_vae.prior import CodePrior
from engine.methods.lq_vae.sequence import CodePaths

NUM_FRAMES = 7
NUM_BEAMS = 6


def problem() -> tuple[LqVaeModel, StagePosteriors, CodePrior]:
    config = replace(tiny_config(), stem_names=("drums", "bass"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = LqVaeModel(config, config.prior_names).eval()
        for parameter in model.priors.parameters():
            # Priors that depend on the past, so that a wrong past shows.
            parameter.data += 0.4 * torch.randn_like(parameter)
    model.codec.statistics.moment_CRDD.mul_(0.2)
    stages = StagePosteriors(
        model.codec.quantizer,
        model.codec.statistics,
        source_weight=1.0,
        num_sources=2,
        many=config.many,
    )
    return model, stages, model.stacked_prior()


def score(latent_LD: Tensor, codes_LRS: Tensor, stages: StagePosteriors, prior: CodePrior) -> float:
    """log p(codes) + log p(mix | codes), all frames at once."""
    total = float(prior(codes_LRS.permute(2, 0, 1)[:, None]).double().sum())
    left_LD = latent_LD
    for stage, likelihood in enumerate(stages.likelihoods):
        codes_LS = codes_LRS[:, stage]
        total += float(likelihood.log_density(likelihood.whiten(left_LD), codes_LS).sum())
        left_LD = left_LD - stages.quantizer.stage(stage).decode(codes_LS).sum(dim=1)
    return total


@torch.inference_mode()
def test_the_score_of_a_path_is_that_of_its_codes() -> None:
    model, stages, prior = problem()
    num_channels = model.config.spectral.latent_channels
    random = torch.Generator().manual_seed(0)
    latent_BLD = torch.randn(2, NUM_FRAMES, num_channels, generator=random)
    sequence = LatentSequence(
        latent_BLD, prior, stages, num_particles=NUM_BEAMS, generator=torch.Generator()
    )
    steps = search_codes(sequence)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            paths: CodePaths = finished.value
            break
    codes_BPLRS = paths.codes_BPLS.unflatten(2, (NUM_FRAMES, -1))
    assert len(codes_BPLRS[0].flatten(1).unique(dim=0)) == NUM_BEAMS
    for window in range(2):
        for beam in range(NUM_BEAMS):
            expected = score(latent_BLD[window], codes_BPLRS[window, beam], stages, prior)
            found = float(paths.log_weight_BPL[window, beam, -1])
            assert found == pytest.approx(expected, abs=2e-3)
