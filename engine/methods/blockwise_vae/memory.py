"""What is remembered of each source of a song: statistics of its block of the latent.

A chunk of a song gives one observation per source, the mean and the variance of its latent, each
frame weighted with the share of the energy that the source has there. The memory keeps running
moments of the observations. A source that is silent in a chunk leaves its memory as it is.

What is heard of a song can also be kept as plain sums, each chunk weighted with the energy that
the source has in it: they do not depend on the order of the chunks.

Axes: B song, Q source, R slot of the memory, N spectrogram frame, L latent number of a frame,
Z sums of a source.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

RATE = 0.1  # of a new observation, once there is a first
SILENT_SHARE = 1e-2  # of the energy: 20 dB below the mix, a source counts as silent
_LEAST_ENERGY = 1e-20
_STRANGER = 5.0  # distance of a source to a slot without evidence, in temperatures
RECOGNITION_TEMPERATURE = 0.1
MOST_SURPRISE = 5.0  # nats: a recogniser is surer than it should be, and others have a say
_LEAST_VARIANCE = 1e-2  # a sharper prior would cost a new note more than it is worth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChunkStatistics:
    """One observation of every source.

    Attributes:
        mean_BQL: Mean of the latent.
        variance_BQL: Its variance over time, the posterior's own variance included.
        energy_BQ: Energy of the source.
    """

    mean_BQL: Tensor
    variance_BQL: Tensor
    energy_BQ: Tensor

    def one_by_one(self) -> "Iterator[ChunkStatistics]":
        """Give the chunks of a batch, each with B = 1."""
        for item in range(len(self.energy_BQ)):
            one = slice(item, item + 1)
            yield ChunkStatistics(
                mean_BQL=self.mean_BQL[one],
                variance_BQL=self.variance_BQL[one],
                energy_BQ=self.energy_BQ[one],
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceMemory:
    """Running moments; a slot without evidence holds a standard normal distribution.

    Attributes:
        mean_BQL: Mean.
        variance_BQL: Variance.
        energy_BQ: Running mean of the energy.
        evidence_BQ: Observations that were taken in, float.
    """

    mean_BQL: Tensor
    variance_BQL: Tensor
    energy_BQ: Tensor
    evidence_BQ: Tensor

    @classmethod
    def empty(cls, num_songs: int, num_sources: int, width: int, *, like: Tensor) -> "SourceMemory":
        """Return slots that know nothing."""
        return cls(
            mean_BQL=like.new_zeros(num_songs, num_sources, width),
            variance_BQL=like.new_ones(num_songs, num_sources, width),
            energy_BQ=like.new_zeros(num_songs, num_sources),
            evidence_BQ=like.new_zeros(num_songs, num_sources),
        )

    @property
    def is_known_BQ(self) -> Tensor:
        """Whether a slot has seen its source."""
        return self.evidence_BQ > 0


def observe(mean_BQNL: Tensor, log_variance_BQNL: Tensor, energy_BQN: Tensor) -> ChunkStatistics:
    """Reduce the posterior of a chunk to one observation per source.

    Args:
        mean_BQNL: Means of the posterior.
        log_variance_BQNL: Its log-variances.
        energy_BQN: Energy of every source in every frame.
    """
    total_B1N = energy_BQN.sum(dim=1, keepdim=True)
    weight_BQN = energy_BQN / total_B1N.clamp_min(_LEAST_ENERGY)
    weight_BQN = weight_BQN / weight_BQN.sum(dim=2, keepdim=True).clamp_min(_LEAST_ENERGY)
    weight_BQ1N = weight_BQN[:, :, None]
    mean_BQL = (weight_BQ1N @ mean_BQNL).squeeze(2)
    spread_BQNL = log_variance_BQNL.exp() + (mean_BQNL - mean_BQL[:, :, None]).square()
    return ChunkStatistics(
        mean_BQL=mean_BQL,
        variance_BQL=(weight_BQ1N @ spread_BQNL).squeeze(2).clamp_min(_LEAST_VARIANCE),
        energy_BQ=energy_BQN.sum(dim=2),
    )


def updated(memory: SourceMemory, chunk: ChunkStatistics, *, rate: float = RATE) -> SourceMemory:
    """Take in an observation; the moments are those of an exact exponential average.

    The first observation of a source is taken as it is; a later one counts less where the source
    is quieter than usual, and not at all where it is silent.
    """
    is_heard_BQ = _shares(chunk) > SILENT_SHARE
    loudness_BQ = (chunk.energy_BQ / memory.energy_BQ.clamp_min(_LEAST_ENERGY)).clamp(max=1.0)
    rate_BQ = torch.where(memory.is_known_BQ, rate * loudness_BQ, 1.0) * is_heard_BQ
    rate_BQ1 = rate_BQ[..., None]
    step_BQL = chunk.mean_BQL - memory.mean_BQL
    # A first observation replaces the standard normal distribution rather than widening it.
    old_BQL = memory.variance_BQL + rate_BQ1 * step_BQL.square()
    return SourceMemory(
        mean_BQL=memory.mean_BQL + rate_BQ1 * step_BQL,
        variance_BQL=(1.0 - rate_BQ1) * old_BQL + rate_BQ1 * chunk.variance_BQL,
        energy_BQ=memory.energy_BQ + rate_BQ * (chunk.energy_BQ - memory.energy_BQ),
        evidence_BQ=memory.evidence_BQ + is_heard_BQ.to(memory.evidence_BQ),
    )


def sums_of(chunk: ChunkStatistics) -> Tensor:
    """Return what each chunk of a batch adds to the sums of its song, (B, Q, Z) on the CPU.

    Double precision, because variances are differences of these sums. A chunk in which a source
    is silent adds nothing to it.
    """
    is_heard_BQ1 = (_shares(chunk) > SILENT_SHARE)[..., None].cpu().double()
    weight_BQ1 = is_heard_BQ1 * chunk.energy_BQ[..., None].cpu().double()
    mean_BQL = chunk.mean_BQL.cpu().double()
    square_BQL = chunk.variance_BQL.cpu().double() + mean_BQL.square()
    return torch.cat(
        [is_heard_BQ1, weight_BQ1, weight_BQ1 * mean_BQL, weight_BQ1 * square_BQL], dim=2
    )


def memory_of(sums_QZ: Tensor) -> SourceMemory:
    """Return the memory of one song (B = 1) of which these sums were heard."""
    count_Q, weight_Q = sums_QZ[:, 0], sums_QZ[:, 1]
    moments_QY = sums_QZ[:, 2:] / weight_Q.clamp_min(_LEAST_ENERGY)[:, None]
    mean_QL, square_QL = moments_QY.chunk(2, dim=1)
    is_known_Q1 = (weight_Q > _LEAST_ENERGY)[:, None]
    variance_QL = (square_QL - mean_QL.square()).clamp_min(_LEAST_VARIANCE)
    return SourceMemory(
        mean_BQL=torch.where(is_known_Q1, mean_QL, 0.0).float()[None],
        variance_BQL=torch.where(is_known_Q1, variance_QL, 1.0).float()[None],
        energy_BQ=(weight_Q / count_Q.clamp_min(1.0)).float()[None],
        evidence_BQ=(count_Q * is_known_Q1[:, 0]).float()[None],
    )


def in_order(chunk: ChunkStatistics, order_BR: Tensor) -> ChunkStatistics:
    """Sort the sources of every chunk: source r becomes that of number ``order_BR[..., r]``."""
    index_BRL = order_BR[..., None].expand_as(chunk.mean_BQL)
    return ChunkStatistics(
        mean_BQL=chunk.mean_BQL.gather(1, index_BRL),
        variance_BQL=chunk.variance_BQL.gather(1, index_BRL),
        energy_BQ=chunk.energy_BQ.gather(1, order_BR),
    )


def surprise(chunk: ChunkStatistics, memory: SourceMemory) -> Tensor:
    """Nats that speak against a chunk's source (row) being that of a slot (column), (B, Q, R).

    The recogniser is the one that ``telling_apart`` trains. A slot without evidence suits a source
    that no other slot suits; a silent source suits all of them.
    """
    step_BQRL = chunk.mean_BQL[:, :, None] - memory.mean_BQL[:, None]
    logit_BQR = -step_BQRL.square().mean(dim=-1) / RECOGNITION_TEMPERATURE
    logit_BQR = torch.where(memory.is_known_BQ[:, None], logit_BQR, -_STRANGER)
    is_heard_BQ1 = (_shares(chunk) > SILENT_SHARE)[..., None]
    return (-logit_BQR.log_softmax(dim=2)).clamp(max=MOST_SURPRISE) * is_heard_BQ1


def _shares(chunk: ChunkStatistics) -> Tensor:
    """Share of every source in the energy of its chunk, (B, Q)."""
    total_B1 = chunk.energy_BQ.sum(dim=1, keepdim=True).clamp_min(_LEAST_ENERGY)
    return chunk.energy_BQ / total_B1


def chosen(use_B: Tensor, first: SourceMemory, second: SourceMemory) -> SourceMemory:
    """Take the first memory for the songs where ``use_B``, the second for the others."""
    use_B1, use_B11 = use_B[:, None], use_B[:, None, None]
    return SourceMemory(
        mean_BQL=torch.where(use_B11, first.mean_BQL, second.mean_BQL),
        variance_BQL=torch.where(use_B11, first.variance_BQL, second.variance_BQL),
        energy_BQ=torch.where(use_B1, first.energy_BQ, second.energy_BQ),
        evidence_BQ=torch.where(use_B1, first.evidence_BQ, second.evidence_BQ),
    )


def exchanged(memory: SourceMemory) -> SourceMemory:
    """Give every song the memory of its neighbour in the batch."""
    return SourceMemory(
        mean_BQL=memory.mean_BQL.roll(1, dims=0),
        variance_BQL=memory.variance_BQL.roll(1, dims=0),
        energy_BQ=memory.energy_BQ.roll(1, dims=0),
        evidence_BQ=memory.evidence_BQ.roll(1, dims=0),
    )


def telling_apart(chunk: ChunkStatistics, memory: SourceMemory, *, temperature: float) -> Tensor:
    """Loss of recognising a chunk's sources by the memory (InfoNCE), a scalar.

    Only sources that sound and slots that know something take part.
    """
    step_BQRL = chunk.mean_BQL[:, :, None] - memory.mean_BQL[:, None]
    logit_BQR = -step_BQRL.square().mean(dim=-1) / temperature
    logit_BQR = logit_BQR.masked_fill(~memory.is_known_BQ[:, None], -1e4)
    own_BQ = logit_BQR.log_softmax(dim=2).diagonal(dim1=1, dim2=2)
    counts_BQ = ((_shares(chunk) > SILENT_SHARE) & memory.is_known_BQ).to(own_BQ)
    return -(own_BQ * counts_BQ).sum() / counts_BQ.sum().clamp_min(1.0)
