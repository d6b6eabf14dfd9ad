"""Gaussian posteriors of the latent, their divergences and free bits.

Axes: B window, Q source, N spectrogram frame, L latent number of a frame; any shapes that
broadcast do.
"""

from torch import Tensor


def divergence(
    mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor
) -> Tensor:
    """KL(N(mean, e^log_variance) ‖ N(other_mean, e^other_log_variance)) of each number, nats."""
    difference = log_variance - other_log_variance
    distance = (mean - other_mean).square() * (-other_log_variance).exp()
    return 0.5 * (difference.exp() + distance - 1.0 - difference)


def beyond_free(nats_BQNL: Tensor, free_nats: float) -> Tensor:
    """Mean divergence of a latent number, of which the first ``free_nats`` cost nothing.

    Free bits (Kingma et al., arXiv 1606.04934): numbers count by their mean over the batch, so
    that a few of them may carry much and none has to carry nothing.
    """
    return nats_BQNL.mean(dim=(0, 2)).clamp_min(free_nats).mean()


def sampled(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Draw from the posterior with standard normal noise."""
    return mean + (0.5 * log_variance).exp() * noise
