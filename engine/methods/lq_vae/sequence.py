"""The contract between an inference over a sequence and the problem that it solves.

A problem walks along a mix one latent step at a time, for P particles of each of B windows. It
keeps what the priors remember of each particle's past; the inference decides which particles go
on and which codes they take.

Axes: B window, P particle (or beam), S source, L latent step, M tuple of codes.
"""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class CodePosterior(Protocol):
    """Posterior over the codes of all sources at one step, for every particle."""

    @property
    def log_evidence_BP(self) -> Tensor:
        """Log p(mix at this step | past of the particle)."""
        ...

    def select(self, ancestor_BP: Tensor) -> "CodePosterior":
        """Return the posteriors of chosen particles."""
        ...

    def draw(self, uniform_BPS: Tensor) -> Tensor:
        """Draw codes (B, P, S), from one uniform number per source."""
        ...

    def best_tuples(self, num_tuples: int) -> tuple[Tensor, Tensor]:
        """Return the most probable codes (B, P, M, S) and their log-probability (B, P, M)."""
        ...


class CodeSequence(Protocol):
    """A mix and the priors of its sources, in the middle of an inference."""

    @property
    def num_sources(self) -> int:
        """Sources of the mix."""
        ...

    @property
    def num_steps(self) -> int:
        """Steps from the first to the last."""
        ...

    @property
    def shape_BP(self) -> tuple[int, int]:
        """Number of windows and of particles."""
        ...

    def posterior(self) -> CodePosterior:
        """Return the posterior of the next step."""
        ...

    def advance(self, codes_BPS: Tensor) -> None:
        """Append codes to the past of every particle."""
        ...

    def select(self, ancestor_BP: Tensor) -> None:
        """Let every particle go on from the past of another one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodePaths:
    """What an inference found.

    Attributes:
        codes_BPLS: Codes of every particle. Those of a step and its neighbours belong together;
            far apart, a row may come from different pasts.
        log_weight_BPL: Log of the posterior weight that a particle has at each step, normalised
            over P, for samples; log p(codes, mix) at every step for a search.
        log_evidence_B: Estimate of log p(mix) for samples; that of the best path for a search.
    """

    codes_BPLS: Tensor
    log_weight_BPL: Tensor
    log_evidence_B: Tensor


def reorder(values_BP: Tensor, ancestor_BP: Tensor) -> Tensor:
    """Take values (B, P, ...) of chosen particles."""
    index = ancestor_BP.reshape(*ancestor_BP.shape, *[1] * (values_BP.ndim - 2))
    return values_BP.gather(1, index.expand(-1, -1, *values_BP.shape[2:]))
