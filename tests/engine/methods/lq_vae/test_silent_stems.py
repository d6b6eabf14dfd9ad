"""A stem that is silent throughout a window is found by the evidence, and then has no sound.

Axes: H hypothesis, B window, P particle, S stem, C channel, K band, L latent frame, R stage,
F frequency bin, N spectrogram frame, T frame.
"""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.methods.base import Estimate
from engine.methods.lq_vae.code_sampler import CodeSampler, Hypothesis
from engine.methods.lq_vae.estimates import SpectralView
from engine.methods.lq_vae.method import tiny_checkpoint, tiny_config
from engine.methods.lq_vae.model import LqVaeModel, load_model
from engine.methods.lq_vae.silent_stems import estimate_hypotheses, mixture, posterior_of
from engine.methods.lq_vae.spectral_codec import SpectralCodec

SILENT_SHARE = 0.08


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def hypothesis(silent: int | None, *evidence: float) -> Hypothesis:
    return Hypothesis(
        silent=silent,
        codes_BPLRS=torch.zeros(len(evidence), 1, 1, 1, 2, dtype=torch.long),
        weight_BPL=torch.ones(len(evidence), 1, 1),
        log_evidence_B=torch.tensor(evidence, dtype=torch.float64),
    )


def model(stem_names: tuple[str, ...] = ("drums", "bass")) -> LqVaeModel:
    return load_model(tiny_checkpoint(replace(tiny_config(), stem_names=stem_names)))


def drawn(
    net: LqVaeModel, names: tuple[str, ...], latent_BLD: Tensor
) -> tuple[CodeSampler, tuple[Hypothesis, ...]]:
    sampler = CodeSampler(net, num_particles=3, stem_names=names)
    walk = sampler.hypotheses(latent_BLD, torch.Generator().manual_seed(5), latent_rate=60.0)
    shares = []
    while True:
        try:
            shares.append(next(walk))
        except StopIteration as finished:
            assert shares == sorted(shares)
            assert 0.0 < shares[0] <= shares[-1] <= 1.0 + 1e-9
            found: tuple[Hypothesis, ...] = finished.value
            return sampler, found


@given(evidence=st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3), shift=st.floats(-1e5, 1e5))
def test_the_posterior_of_hypotheses_is_bayes_rule(evidence: list[float], shift: float) -> None:
    hypotheses = [hypothesis(h, e) for h, e in zip((None, 0, 1), evidence, strict=True)]
    weight_H = posterior_of(hypotheses, silent_share=SILENT_SHARE)[:, 0]
    prior_H = torch.tensor([1 - 2 * SILENT_SHARE, SILENT_SHARE, SILENT_SHARE]).double()
    log_joint_H = torch.tensor(evidence).double() + prior_H.log()
    expected_H = (log_joint_H - log_joint_H.logsumexp(0)).exp()
    torch.testing.assert_close(weight_H, expected_H, rtol=1e-5, atol=1e-7)
    moved = [hypothesis(h, e + shift) for h, e in zip((None, 0, 1), evidence, strict=True)]
    torch.testing.assert_close(
        posterior_of(moved, silent_share=SILENT_SHARE)[:, 0], weight_H, rtol=1e-4, atol=1e-5
    )


@settings(max_examples=20)
@given(share=st.floats(0.0, 1.0), seed=st.integers(0, 20))
def test_mean_and_error_of_a_mixture_follow_the_law_of_total_variance(
    share: float, seed: int
) -> None:
    estimates = [
        Estimate(
            mean_BSCFN=torch.complex(
                noise(1, 2, 1, 3, 2, seed=seed + i), noise(1, 2, 1, 3, 2, seed=seed + 9 + i)
            ),
            error_power_BSCFN=noise(1, 2, 1, 3, 2, seed=seed + 20 + i).square(),
        )
        for i in range(2)
    ]
    weights = torch.tensor([[share], [1.0 - share]]).double()
    mixed = mixture(estimates, weights)
    mean = share * estimates[0].mean_BSCFN + (1.0 - share) * estimates[1].mean_BSCFN
    # E|s|² - |E s|², with E|s|² of every part its error and the square of its mean.
    square = sum(
        w * (each.error_power_BSCFN + each.mean_BSCFN.abs().square())
        for w, each in zip((share, 1.0 - share), estimates, strict=True)
    )
    torch.testing.assert_close(mixed.mean_BSCFN, mean)
    torch.testing.assert_close(
        mixed.error_power_BSCFN, square - mean.abs().square(), rtol=1e-4, atol=1e-5
    )


@torch.no_grad()
def test_a_stem_taken_for_silent_has_no_code_and_all_else_is_as_before() -> None:
    net = model()
    latent_BLD = noise(2, 7, 6)
    sampler, (both, *silent) = drawn(net, ("drums", "bass"), latent_BLD)
    assert [each.silent for each in silent] == [0, 1]
    for each in silent:
        assert each.silent is not None
        assert not each.codes_BPLRS[..., each.silent].any()
        assert each.codes_BPLRS[..., 1 - each.silent].any()
        assert each.log_evidence_B.isfinite().all()
    walk = sampler.sample(latent_BLD, torch.Generator().manual_seed(5), latent_rate=60.0)
    while True:
        try:
            next(walk)
        except StopIteration as finished:
            codes_BPLRS, weight_BPL = finished.value
            break
    assert torch.equal(both.codes_BPLRS, codes_BPLRS)
    assert torch.equal(both.weight_BPL, weight_BPL)


@pytest.mark.parametrize("names", [("drums", "bass", "vocals"), ("drums", "bass", "rest")])
@torch.no_grad()
def test_more_sources_are_not_asked(names: tuple[str, ...]) -> None:
    _, hypotheses = drawn(model(("drums", "bass", "vocals")), names, noise(1, 3, 6))
    assert [each.silent for each in hypotheses] == [None]


@torch.no_grad()
def test_the_rest_can_be_silent_too() -> None:
    _, hypotheses = drawn(model(), ("bass", "rest"), noise(1, 3, 6))
    assert [each.silent for each in hypotheses] == [None, 0, 1]


@torch.no_grad()
def test_a_stem_whose_silence_is_certain_gets_nothing_and_the_other_one_the_mix() -> None:
    net = model()
    assert isinstance(net.codec, SpectralCodec)
    view = SpectralView(net.codec, ("drums", "bass"))
    mix_BCT = 0.1 * noise(1, 2, 4000)
    mix = view.analyse(mix_BCT)
    _, hypotheses = drawn(net, ("drums", "bass"), mix.latent_BLD)
    certain = [
        replace(each, log_evidence_B=torch.full((1,), 0.0 if each.silent == 0 else -1e6).double())
        for each in hypotheses
    ]
    decoding = estimate_hypotheses(view, mix, certain, silent_share=SILENT_SHARE)
    while True:
        try:
            next(decoding)
        except StopIteration as finished:
            estimate: Estimate = finished.value
            break
    assert not estimate.mean_BSCFN[:, 0].any()
    assert not estimate.error_power_BSCFN[:, 0].any()
    torch.testing.assert_close(estimate.mean_BSCFN[:, 1], mix.spec_BCFN)
