import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.methods.blockwise_vae.posterior import beyond_free, divergence, sampled


@given(seed=st.integers(0, 2**16))
def test_divergence_equals_that_of_torch_distributions(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    mean, log_variance, other_mean, other_log_variance = torch.randn(4, 3, 5, generator=random)

    nats = divergence(mean, log_variance, other_mean, other_log_variance)

    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, (0.5 * log_variance).exp()),
        torch.distributions.Normal(other_mean, (0.5 * other_log_variance).exp()),
    )
    torch.testing.assert_close(nats, expected, rtol=1e-4, atol=1e-4)


def test_free_nats_have_no_gradient_and_the_rest_counts_in_full() -> None:
    nats = torch.tensor([[0.01, 1.0]]).expand(2, 3, 4, 1, 2).flatten(3).requires_grad_()

    cost = beyond_free(nats, 0.05)
    cost.backward()

    torch.testing.assert_close(cost.detach(), torch.tensor((0.05 + 1.0) / 2))
    assert nats.grad is not None
    assert not nats.grad[..., 0].any()
    assert nats.grad[..., 1].all()


def test_samples_have_the_moments_of_the_posterior() -> None:
    noise = torch.randn(200_000, generator=torch.Generator().manual_seed(0))

    drawn = sampled(torch.tensor(2.0), torch.tensor(0.25).log(), noise)

    assert abs(float(drawn.mean()) - 2.0) < 0.01
    assert abs(float(drawn.var()) - 0.25) < 0.01
