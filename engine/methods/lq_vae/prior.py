"""What is likely to come next in a stem: an autoregressive prior over its codes.

One causal transformer per stem walks over latent frames. Its input is the sum of the embeddings
of the R codes of the frame before; its output is the distribution of the first code of this
frame, and a small network per further stage adds what the codes of the earlier stages say
(a residual quantiser's codes are drawn in their order). The start vector stands for an unknown
past, not for the start of a song: training crops start anywhere.

Axes: S source, B sequence, N row, L latent frame, R stage of the quantiser, K code, W width.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.nn.causal_transformer import (
    CausalTransformer,
    GroupedLinear,
    GroupedNorm,
    TransformerConfig,
)

EMBEDDING_SCALE = 0.3  # of the initial embeddings; the start of training is then near uniform


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorConfig:
    """Shape of a prior.

    Attributes:
        transformer: The network over frames.
        silent_share: Training sequences that are silent throughout, so that a stem may be absent.
        relative_db: Range of a stem's level below the mix that a training sequence is given.
    """

    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    silent_share: float = 0.08
    relative_db: tuple[float, float] = (-15.0, 0.0)


class CodePrior(nn.Module):
    """The priors of one or more sources, with separate weights."""

    def __init__(
        self, config: PriorConfig, *, num_codes: int, num_stages: int, num_sources: int = 1
    ) -> None:
        super().__init__()
        width = config.transformer.width
        self.num_codes = num_codes
        self.num_stages = num_stages
        self.num_sources = num_sources
        self.start_S1W = nn.Parameter(EMBEDDING_SCALE * torch.randn(num_sources, 1, width))
        table = (num_sources, num_stages * num_codes, width)
        self.embedding_SKW = nn.Parameter(EMBEDDING_SCALE * torch.randn(table))
        self.transformer = CausalTransformer(config.transformer, num_sources)
        self.stage_embedding_SKW = nn.Parameter(EMBEDDING_SCALE * torch.randn(table))
        self.stage_norms = nn.ModuleList(
            GroupedNorm(num_sources, width) for _ in range(num_stages - 1)
        )
        self.stage_hidden = nn.ModuleList(
            GroupedLinear(num_sources, width, 2 * width) for _ in range(num_stages - 1)
        )
        self.stage_out = nn.ModuleList(
            GroupedLinear(num_sources, 2 * width, width) for _ in range(num_stages - 1)
        )
        self.heads = nn.ModuleList(
            GroupedLinear(num_sources, width, num_codes, scale=0.1) for _ in range(num_stages)
        )

    def forward(self, codes_SBLR: Tensor) -> Tensor:
        """Return log p(code | codes before) of given sequences, (S, B, L, R)."""
        num_sequences, num_frames = codes_SBLR.shape[1:3]
        embedded_SBLW = self._embed(self.embedding_SKW, codes_SBLR)
        start_SB1W = self.start_S1W[:, None].expand(-1, num_sequences, -1, -1)
        shifted_SBLW = torch.cat([start_SB1W, embedded_SBLW[:, :, :-1]], dim=2)
        hidden_SNW = self.transformer(shifted_SBLW).flatten(1, 2)
        codes_SNR = codes_SBLR.flatten(1, 2)
        parts = []
        for stage in range(self.num_stages):
            log_prior_SNK = self.stage_log_prior(hidden_SNW, codes_SNR[..., :stage])
            parts.append(log_prior_SNK.gather(-1, codes_SNR[..., stage, None]))
        log_prior_SBLR: Tensor = torch.cat(parts, dim=-1).unflatten(1, (num_sequences, num_frames))
        return log_prior_SBLR

    def first_input(self, num_rows: int) -> Tensor:
        """Return what the transformer reads at the first frame, (S, N, W)."""
        return self.start_S1W.expand(-1, num_rows, -1)

    def next_input(self, codes_SNR: Tensor) -> Tensor:
        """Return what the transformer reads after a frame with these codes, (S, N, W)."""
        return self._embed(self.embedding_SKW, codes_SNR)

    def stage_log_prior(self, hidden_SNW: Tensor, codes_SNR: Tensor) -> Tensor:
        """Return log p of the code of the next stage, (S, N, K), in float32.

        Args:
            hidden_SNW: Output of the transformer at this frame.
            codes_SNR: Codes of the stages before; R is the number of this stage.
        """
        stage = codes_SNR.shape[-1]
        if stage:
            known_SNW = hidden_SNW + self._embed(self.stage_embedding_SKW, codes_SNR)
            inner_SNW = self.stage_norms[stage - 1](known_SNW)
            inner_SNW = functional.gelu(self.stage_hidden[stage - 1](inner_SNW))
            hidden_SNW = known_SNW + self.stage_out[stage - 1](inner_SNW)
        logits_SNK: Tensor = self.heads[stage](hidden_SNW)
        return logits_SNK.float().log_softmax(dim=-1)

    def _embed(self, table_SKW: Tensor, codes_SR: Tensor) -> Tensor:
        """Add up the embeddings of the codes of all given stages, (S, ..., R) to (S, ..., W)."""
        stage_R = torch.arange(codes_SR.shape[-1], device=codes_SR.device)
        index_SR = codes_SR + self.num_codes * stage_R
        embedded = [
            functional.embedding(index_R, table_KW).sum(dim=-2)
            for index_R, table_KW in zip(index_SR, table_SKW, strict=True)
        ]
        return torch.stack(embedded)
