"""Search for the most probable code sequences.

The released code of LASS re-indexes scores that it has already selected, and finds the best
sequence of a small hidden Markov model in 22 of 200 cases where this search finds it in 101. The
score is log p(codes) + log p(mix | codes), and each step adds to it once.

Axes: B window, P beam, S source, L latent step, M tuple of codes.
"""

from collections.abc import Generator

import torch

from engine.methods.lq_vae.sequence import CodePaths, CodeSequence, reorder


def search_codes(sequence: CodeSequence) -> Generator[float, None, CodePaths]:
    """Keep the P best beginnings at every step; with one beam this is the greedy search.

    All beams start with the same past, so that only the first of them counts at first.

    Yields:
        The share of the steps that is done.

    Returns:
        Beams, the best first, with log p(codes, mix).
    """
    (num_windows, num_beams), num_sources = sequence.shape_BP, sequence.num_sources
    posterior = sequence.posterior()
    device = posterior.log_evidence_BP.device
    shape = (num_windows, num_beams, sequence.num_steps, num_sources)
    codes_BPLS = torch.zeros(shape, dtype=torch.long, device=device)
    score_BP = torch.full((num_windows, num_beams), -torch.inf, device=device).double()
    score_BP[:, 0] = 0.0
    for step in range(sequence.num_steps):
        if step:
            posterior = sequence.posterior()
        tuples_BPMS, log_tuple_BPM = posterior.best_tuples(num_beams)
        score_BPM = (score_BP + posterior.log_evidence_BP)[..., None] + log_tuple_BPM
        score_BP, chosen_BP = _top(score_BPM.flatten(1), num_beams)
        parent_BP = chosen_BP // score_BPM.shape[-1]
        codes_BPS = reorder(tuples_BPMS.flatten(1, 2), chosen_BP)
        sequence.select(parent_BP)
        codes_BPLS[:, :, :step] = reorder(codes_BPLS[:, :, :step], parent_BP)
        codes_BPLS[:, :, step] = codes_BPS
        sequence.advance(codes_BPS)
        yield (step + 1) / sequence.num_steps
    return CodePaths(
        codes_BPLS=codes_BPLS,
        log_weight_BPL=score_BP[..., None].expand(-1, -1, sequence.num_steps),
        log_evidence_B=score_BP[:, 0],
    )


def _top(score_BN: torch.Tensor, num_beams: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the best scores and where they are; equal ones in the order of their index."""
    best_BN, index_BN = score_BN.sort(dim=-1, descending=True, stable=True)
    return best_BN[:, :num_beams], index_BN[:, :num_beams]
