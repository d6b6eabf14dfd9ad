"""The published form of method C: its losses, its layers, its front end.

Axes: S source, N frame of a spectrogram, F frequency bin, K latent unit, T frame of audio.
"""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal, kl_divergence

from engine.methods.spectrogram_vae import faithful
from engine.methods.spectrogram_vae.faithful import SourceVaes, VaeConfig, VaeOutput

SMALL = VaeConfig(
    num_sources=3, num_bins=11, hidden=(7,), latent=5, initial_deviation=None
)  # weights large enough for the sources to differ


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def frames(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, generator=generator(seed)).abs()


def noisy_output(seed: int, config: VaeConfig = SMALL) -> tuple[VaeOutput, Tensor]:
    mix = frames(3, 6, 11, seed=seed)
    noise = torch.randn(3, 6, 5, generator=generator(seed + 1))
    output: VaeOutput = SourceVaes(config, generator(seed))(mix, noise)
    return output, frames(3, 6, 11, seed=seed + 2)


def log_likelihood(likelihood: Distribution, target_NF: Tensor) -> Tensor:
    terms: Tensor = likelihood.log_prob(target_NF)
    return terms.mean(-1)


def given_tensor(tensor: Tensor | None) -> Tensor:
    assert tensor is not None
    return tensor


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_divergence_is_that_of_torch_distributions(seed: int) -> None:
    output, _ = noisy_output(seed)
    deviation = given_tensor(output.code_log_variance_SNK).mul(0.5).exp()
    posterior = Normal(output.code_mean_SNK, deviation)
    expected = kl_divergence(posterior, Normal(0.0, 1.0)).sum(-1).mean(-1)
    torch.testing.assert_close(faithful.kl_divergence(output), expected)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_papers_loss_is_the_negative_evidence_bound_of_torch_distributions(seed: int) -> None:
    output, target = noisy_output(seed)
    deviation = given_tensor(output.log_variance_SNF).mul(0.5).exp()
    likelihood = Independent(Normal(output.mean_SNF, deviation), 1)
    expected = faithful.kl_divergence(output) - log_likelihood(likelihood, target)
    torch.testing.assert_close(faithful.paper_loss(output, target), expected)


def test_fixed_variance_is_the_evidence_bound_of_unit_variance_up_to_a_constant() -> None:
    output, target = noisy_output(3)
    other = target + 0.5
    likelihood = Independent(Normal(output.mean_SNF, 1.0), 1)
    change = log_likelihood(likelihood, target) - log_likelihood(likelihood, other)
    first = faithful.fixed_variance_loss(output, target, beta=0.3)
    second = faithful.fixed_variance_loss(output, other, beta=0.3)
    torch.testing.assert_close(second - first, change)
    without = faithful.autoencoder_loss(output, target)
    torch.testing.assert_close(first - without, 0.3 * faithful.kl_divergence(output))


def test_sigma_vae_is_the_least_evidence_bound_over_a_shared_variance() -> None:
    with torch.no_grad():
        output, target = noisy_output(4)
    variances = torch.logspace(-3, 3, 4001, dtype=torch.float64)
    kl = faithful.kl_divergence(output)
    loss = faithful.sigma_vae_loss(output, target)
    constant = 0.5 * 11 * (1.0 + torch.log(torch.tensor(2.0 * torch.pi)))
    for source in range(3):
        bounds = [
            -log_likelihood(
                Independent(Normal(output.mean_SNF[source].double(), float(v) ** 0.5), 1),
                target[source],
            )
            for v in variances
        ]
        least = torch.stack(bounds).min() + kl[source]
        assert float(loss[source] + constant) == pytest.approx(float(least), abs=1e-3)


def test_grouped_autoencoders_equal_separate_ones() -> None:
    vaes = SourceVaes(SMALL, generator())
    mix = frames(3, 6, 11)
    noise = torch.randn(3, 6, 5, generator=generator(2))
    together = vaes(mix, noise)
    for source in range(3):
        hidden = mix[source]
        weights = {name: p[source] for name, p in vaes.named_parameters()}

        def layer(name: str, x: Tensor, weights: dict[str, Tensor] = weights) -> Tensor:
            weight, bias = weights[f"{name}.weight_SIO"], weights[f"{name}.bias_S1O"]
            return torch.nn.functional.linear(x, weight.T, bias[0])

        hidden = torch.relu(layer("encoder.0", hidden))
        mean, log_variance = layer("code_mean", hidden), layer("code_log_variance", hidden)
        hidden = torch.relu(layer("decoder.0", mean + (log_variance / 2).exp() * noise[source]))
        torch.testing.assert_close(together.mean_SNF[source], layer("mean", hidden))
        expected = layer("log_variance", hidden)
        torch.testing.assert_close(given_tensor(together.log_variance_SNF)[source], expected)


def test_a_summed_loss_trains_every_source_as_if_it_were_alone() -> None:
    vaes = SourceVaes(SMALL, generator())
    mix, target = frames(3, 6, 11), frames(3, 6, 11, seed=2)
    torch.autograd.backward(faithful.paper_loss(vaes(mix), target)[1])
    for name, parameter in vaes.named_parameters():
        gradient = given_tensor(parameter.grad)
        assert not gradient[[0, 2]].any(), name
        assert gradient[1].any(), name


@pytest.mark.parametrize(
    ("hidden", "weights"),
    [((128,), 221_568), ((), 131_328), ((256, 128), 484_096), ((256, 192, 128), 566_016)],
)
def test_every_network_of_the_paper_has_its_number_of_weights(
    hidden: tuple[int, ...], weights: int
) -> None:
    for num_sources in (1, 2):
        config = VaeConfig(num_sources=num_sources, hidden=hidden)
        assert faithful.num_weights(SourceVaes(config, generator())) == num_sources * weights


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_frames_does_not_matter(seed: int) -> None:
    vaes = SourceVaes(SMALL, generator())
    mix, target = frames(3, 17, 11, seed=seed), frames(3, 17, 11, seed=seed + 1)
    order = torch.randperm(17, generator=generator(seed))
    plain, shuffled = vaes(mix), vaes(mix[:, order])
    torch.testing.assert_close(shuffled.mean_SNF, plain.mean_SNF[:, order])
    torch.testing.assert_close(
        faithful.paper_loss(shuffled, target[:, order]), faithful.paper_loss(plain, target)
    )


def test_the_plain_autoencoder_is_the_variational_one_without_noise_and_divergence() -> None:
    config = VaeConfig(
        num_sources=3, num_bins=11, hidden=(7,), latent=5, initial_deviation=None,
        stochastic=False, learned_variance=False,
    )  # fmt: skip
    vaes, twin = SourceVaes(SMALL, generator()), SourceVaes(config, generator(9))
    twin.load_state_dict(
        {k: v for k, v in vaes.state_dict().items() if "log_variance" not in k}, strict=True
    )
    mix, target = frames(3, 6, 11), frames(3, 6, 11, seed=2)
    torch.testing.assert_close(twin(mix).mean_SNF, vaes(mix).mean_SNF)
    losses = [
        faithful.autoencoder_loss(twin(mix), target),
        faithful.fixed_variance_loss(vaes(mix), target, beta=0.0),
    ]
    torch.testing.assert_close(losses[0], losses[1])
    for loss in losses:
        torch.autograd.backward(loss.sum())
    gradients = dict(vaes.named_parameters())
    for name, parameter in twin.named_parameters():
        torch.testing.assert_close(parameter.grad, gradients[name].grad)
    with pytest.raises(ValueError, match="no noise"):
        twin(mix, torch.zeros(3, 6, 5))


@pytest.mark.parametrize("hop", [faithful.HOP, faithful.PRINTED_HOP])
@pytest.mark.parametrize("num_frames", [7, 1023, 20_000])
def test_the_front_end_gives_the_signal_back(hop: int, num_frames: int) -> None:
    signal = torch.randn(2, num_frames, generator=generator(), dtype=torch.float64)
    spec = faithful.analyse(signal, hop=hop)
    assert spec.shape[-1] == 513
    back = faithful.synthesise(spec, num_frames=num_frames, hop=hop)
    torch.testing.assert_close(back, signal, atol=1e-9, rtol=1e-9)


def test_white_noise_of_unit_variance_has_unit_power_in_a_bin() -> None:
    spec = faithful.analyse(torch.randn(400_000, generator=generator()))
    assert float(spec.abs().square().mean()) == pytest.approx(1.0, rel=0.02)


@given(num_frames=st.integers(1, 3000), silent=st.booleans())
@settings(max_examples=20, deadline=None)
def test_any_length_and_silence_give_finite_estimates(num_frames: int, silent: bool) -> None:
    vaes = SourceVaes(VaeConfig(num_sources=2, hidden=(4,), latent=2), generator())
    mix = torch.randn(num_frames, generator=generator()) * (not silent)
    estimates = faithful.separate(vaes, faithful.z_score(mix))
    assert estimates.shape == (2, num_frames)
    assert bool(estimates.isfinite().all())
    if silent:
        assert not estimates.any()
    assert faithful.separate(vaes, mix, sources=[1]).shape == (1, num_frames)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_ratio_masked_estimates_add_up_and_direct_ones_keep_the_decoders_magnitude(
    seed: int,
) -> None:
    mean = torch.randn(2, 5, 11, generator=generator(seed))
    mix = torch.randn(5, 11, dtype=torch.complex64, generator=generator(seed + 1))
    torch.testing.assert_close(faithful.ratio_masked_estimate(mean, mix).sum(0), mix)
    torch.testing.assert_close(faithful.direct_estimate(mean, mix).abs(), mean.clamp(min=0.0))


def test_training_on_silence_stays_finite() -> None:
    vaes = SourceVaes(VaeConfig(num_sources=2, hidden=(8,), latent=4), generator())
    optimizer = torch.optim.Adam(vaes.parameters(), lr=0.1)
    for _ in range(50):
        optimizer.zero_grad()
        output = vaes(torch.zeros(2, 3, 513), torch.randn(2, 3, 4, generator=generator()))
        loss = faithful.paper_loss(output, torch.zeros(2, 3, 513))
        torch.autograd.backward(loss.sum())
        optimizer.step()
        assert bool(loss.isfinite().all())
