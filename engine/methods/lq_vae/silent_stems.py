r"""Whether a stem is silent throughout a window, decided by the evidence.

Samples of all stems find some code for each of them: where a stem is absent, it gets what the
others' codes leave. So a window is also explained without it. With hypotheses h (all stems; stem s
silent), their prior p(h) and their evidence p(mix | h), which sequential Monte Carlo estimates, the
posterior of the stems is the mixture

    p(h | mix) ∝ p(h) p(mix | h),    μ = Σ_h p(h | mix) μ_h,
    v = Σ_h p(h | mix) (v_h + |μ_h - μ|²),

and a stem that is silent under h has μ_h = v_h = 0 there. The likelihood of h is that of its number
of sounding sources (``ResidualStatistics``).

Axes: H hypothesis, B window, P particle, L latent frame, S stem, C channel, F frequency bin,
N spectrogram frame, R stage.
"""

import math
from collections.abc import Generator, Sequence

import torch
from torch import Tensor

from engine.methods.base import Estimate
from engine.methods.lq_vae.code_sampler import Hypothesis
from engine.methods.lq_vae.estimates import NEGLIGIBLE_WEIGHT, CodecView, MixAnalysis


def estimate_hypotheses(
    view: CodecView, mix: MixAnalysis, hypotheses: Sequence[Hypothesis], *, silent_share: float
) -> Generator[float, None, Estimate]:
    """Decode hypotheses and mix them by their posterior.

    Args:
        view: The codec.
        mix: What it sees of the windows.
        hypotheses: Drawn codes and evidence.
        silent_share: Prior probability of each hypothesis of a silent stem.

    Yields:
        The share that is done.

    Returns:
        The posterior of the stems.
    """
    weight_HB = posterior_of(hypotheses, silent_share=silent_share)
    estimates: list[Estimate] = []
    weights: list[Tensor] = []
    for index, (hypothesis, weight_B) in enumerate(zip(hypotheses, weight_HB, strict=True)):
        if bool((weight_B < NEGLIGIBLE_WEIGHT).all()):
            continue
        codes_BPLRS = hypothesis.codes_BPLRS
        num_stems = codes_BPLRS.shape[-1]
        sounding = [stem for stem in range(num_stems) if stem != hypothesis.silent]
        decoding = view.estimate(mix, codes_BPLRS[..., sounding], hypothesis.weight_BPL, sounding)
        while True:
            try:
                yield (index + next(decoding)) / len(hypotheses)
            except StopIteration as finished:
                decoded: Estimate = finished.value
                break
        estimates.append(_placed(decoded, sounding, num_stems))
        weights.append(weight_B)
    return mixture(estimates, torch.stack(weights))


def posterior_of(hypotheses: Sequence[Hypothesis], *, silent_share: float) -> Tensor:
    """Return p(h | mix), float64 (H, B)."""
    num_silent = sum(hypothesis.silent is not None for hypothesis in hypotheses)
    all_share = max(1.0 - num_silent * silent_share, silent_share)
    log_joint_HB = torch.stack(
        [
            hypothesis.log_evidence_B.double()
            + math.log(all_share if hypothesis.silent is None else silent_share)
            for hypothesis in hypotheses
        ]
    )
    return log_joint_HB.softmax(dim=0)


def mixture(estimates: Sequence[Estimate], weight_HB: Tensor) -> Estimate:
    """Mix posteriors; what their weights lack of one is shared out in proportion."""
    share_HB = weight_HB / weight_HB.sum(dim=0)
    if len(estimates) == 1:
        return estimates[0]
    share_HB = share_HB.to(estimates[0].error_power_BSCFN)
    wide = [share_B[:, None, None, None, None] for share_B in share_HB]
    mean_BSCFN = sum(
        (share * each.mean_BSCFN for share, each in zip(wide, estimates, strict=True)),
        start=torch.zeros_like(estimates[0].mean_BSCFN),
    )
    error_BSCFN = sum(
        (
            share * (each.error_power_BSCFN + (each.mean_BSCFN - mean_BSCFN).abs().square())
            for share, each in zip(wide, estimates, strict=True)
        ),
        start=torch.zeros_like(estimates[0].error_power_BSCFN),
    )
    return Estimate(mean_BSCFN=mean_BSCFN, error_power_BSCFN=error_BSCFN)


def _placed(estimate: Estimate, sounding: list[int], num_stems: int) -> Estimate:
    """Put the estimates of sounding stems among zeros for the silent ones."""
    if len(sounding) == num_stems:
        return estimate

    def spread(values_BsCFN: Tensor) -> Tensor:
        shape = (len(values_BsCFN), num_stems, *values_BsCFN.shape[2:])
        placed_BSCFN = values_BsCFN.new_zeros(shape)
        placed_BSCFN[:, sounding] = values_BsCFN
        return placed_BSCFN

    return Estimate(
        mean_BSCFN=spread(estimate.mean_BSCFN),
        error_power_BSCFN=spread(estimate.error_power_BSCFN),
    )
