r"""The selection among i.i.d. candidates as it was published, for comparison only.

Candidate a of source 1 and b of source 2 are combined in all N² ways and scored by

    softmax(P)_ab · exp(-‖x̂_ab - m‖² / 2σ²),  P_ab = (log p₁(a) + log p₂(b)) / L,
    x̂_ab = w₁ x₁(a) + w₂ x₂(b),  σ² = -mean ‖x̂_ab - m‖² / (2 mean P)

(Mancusi et al., arXiv 2110.05313). The likelihoods along the paths are not used, and the same
prior serves twice; ``smc`` replaces all of it.

Axes: N candidate, T frame.
"""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublishedSelection:
    """The candidates that were chosen.

    Attributes:
        joint: Candidates of both sources with the best score.
        marginal: The best candidate of each source when the other is summed out.
    """

    joint: tuple[int, int]
    marginal: tuple[int, int]


def select_published(
    signals_1_NT: Tensor,
    signals_2_NT: Tensor,
    mix_T: Tensor,
    *,
    log_priors_N: tuple[Tensor, Tensor],
    source_weights: tuple[float, float],
    num_steps: int,
) -> PublishedSelection:
    """Choose a pair of candidates.

    Args:
        signals_1_NT: Decoded candidates of source 1.
        signals_2_NT: Decoded candidates of source 2.
        mix_T: The decoded mix, as in the paper, or the mix itself.
        log_priors_N: Log-probability of each candidate's codes under its prior.
        source_weights: w₁ and w₂.
        num_steps: L, codes in a candidate.
    """
    first_NT = source_weights[0] * signals_1_NT.double()
    second_NT = source_weights[1] * signals_2_NT.double()
    rest_NT = mix_T.double() - second_NT
    # ‖a - r‖² with one matrix product instead of N² differences.
    distance_NN = (
        first_NT.square().sum(dim=-1)[:, None]
        + rest_NT.square().sum(dim=-1)
        - 2.0 * first_NT @ rest_NT.T
    )
    prior_NN = (log_priors_N[0].double()[:, None] + log_priors_N[1].double()) / num_steps
    variance = -distance_NN.mean() / (2.0 * prior_NN.mean())
    score_NN = prior_NN.flatten().log_softmax(0).view_as(prior_NN) - distance_NN / (2.0 * variance)
    joint = int(score_NN.argmax())
    return PublishedSelection(
        joint=(joint // score_NN.shape[1], joint % score_NN.shape[1]),
        marginal=(int(score_NN.logsumexp(1).argmax()), int(score_NN.logsumexp(0).argmax())),
    )
