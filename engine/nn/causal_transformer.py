"""A small causal transformer, the same for several sources at once.

Each source has its own weights. They are stacked along an axis S, so that the networks of all
sources are one batched matrix product per layer; training has S = 1, and ``stack_sources`` puts
trained ones together. Positions are relative (rotary embedding, arXiv 2104.09864) and attention
looks back over a fixed number of steps, so that a window may start anywhere in a song.

Axes: S source, B sequence, N row (one sequence in the middle of a generation), T step, W width,
H head, E channel of a head, I input and O output of a layer, X layer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

ROTARY_BASE = 10_000.0
NORM_FLOOR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerConfig:
    """Shape of the network.

    Attributes:
        width: Channels; a multiple of twice the heads.
        num_layers: Blocks of attention and feed-forward network.
        num_heads: Heads of the attention.
        mlp_factor: Hidden channels of the feed-forward network per channel.
        context: Steps that the attention looks back over, the present one included.
        dropout: In training, after every part of a block.
    """

    width: int = 192
    num_layers: int = 4
    num_heads: int = 4
    mlp_factor: int = 4
    context: int = 192
    dropout: float = 0.1

    def __post_init__(self) -> None:
        if self.width % (2 * self.num_heads):
            raise ValueError(f"{self.num_heads} heads do not divide {self.width} into even parts")


class GroupedLinear(nn.Module):
    """One affine layer per source, computed as a single batched matrix product."""

    def __init__(
        self, num_sources: int, width_in: int, width_out: int, *, scale: float = 1.0
    ) -> None:
        super().__init__()
        deviation = scale * width_in**-0.5
        self.weight_SIO = nn.Parameter(deviation * torch.randn(num_sources, width_in, width_out))
        self.bias_S1O = nn.Parameter(torch.zeros(num_sources, 1, width_out))

    def forward(self, values_SNI: Tensor) -> Tensor:
        """Map (S, N, I) to (S, N, O)."""
        return torch.baddbmm(self.bias_S1O, values_SNI, self.weight_SIO)


class GroupedNorm(nn.Module):
    """Division by the root mean square over channels, with a gain per source and channel."""

    def __init__(self, num_sources: int, width: int) -> None:
        super().__init__()
        self.gain_S1W = nn.Parameter(torch.ones(num_sources, 1, width))

    def forward(self, values_SNW: Tensor) -> Tensor:
        """Keep the shape (S, N, W)."""
        power_SN1 = values_SNW.square().mean(dim=-1, keepdim=True)
        return values_SNW * (power_SN1 + NORM_FLOOR).rsqrt() * self.gain_S1W


class KeyValueCache:
    """Keys and values of all past steps, in memory that is allocated once."""

    def __init__(
        self,
        config: TransformerConfig,
        *,
        num_sources: int,
        num_rows: int,
        num_steps: int,
        like: Tensor,
    ) -> None:
        head = config.width // config.num_heads
        shape = (config.num_layers, num_sources, num_rows, config.num_heads, num_steps, head)
        self.keys_XSNHTE = like.new_zeros(shape)
        self.values_XSNHTE = like.new_zeros(shape)
        self.position = 0
        self.context = config.context

    def select(self, row_N: Tensor) -> None:
        """Let every row go on from the past of another one."""
        # Most rows of a batch stay: few windows lose particles in the same step.
        moved_M = (row_N != torch.arange(len(row_N), device=row_N.device)).nonzero()[:, 0]
        visible = slice(max(0, self.position - self.context), self.position)
        for cached in (self.keys_XSNHTE, self.values_XSNHTE):
            past = cached[..., visible, :]
            past.index_copy_(2, moved_M, past.index_select(2, row_N[moved_M]))


class Block(nn.Module):
    """Attention and a feed-forward network, each beside a residual path."""

    def __init__(self, config: TransformerConfig, num_sources: int) -> None:
        super().__init__()
        width, hidden = config.width, config.mlp_factor * config.width
        depth_scale = (2 * config.num_layers) ** -0.5
        self.config = config
        self.attention_norm = GroupedNorm(num_sources, width)
        self.query_key_value = GroupedLinear(num_sources, width, 3 * width)
        self.attention_out = GroupedLinear(num_sources, width, width, scale=depth_scale)
        self.mlp_norm = GroupedNorm(num_sources, width)
        self.mlp_in = GroupedLinear(num_sources, width, hidden)
        self.mlp_out = GroupedLinear(num_sources, hidden, width, scale=depth_scale)

    def heads(self, values_SNW: Tensor, rotation_TE: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return rotated queries, rotated keys and values, (S, N, H, E)."""
        joint_SNW = self.query_key_value(self.attention_norm(values_SNW))
        shape = (3, self.config.num_heads, self.config.width // self.config.num_heads)
        query, key, value = joint_SNW.unflatten(-1, shape).unbind(dim=2)
        return rotate(query, rotation_TE), rotate(key, rotation_TE), value

    def finish(self, values_SNW: Tensor, attended_SNW: Tensor) -> Tensor:
        """Add what was attended to, then the feed-forward network."""
        share = self.config.dropout if self.training else 0.0
        attended_SNW = self.attention_out(attended_SNW)
        values_SNW = values_SNW + functional.dropout(attended_SNW, share)
        hidden_SNO = functional.gelu(self.mlp_in(self.mlp_norm(values_SNW)))
        return values_SNW + functional.dropout(self.mlp_out(hidden_SNO), share)


class CausalTransformer(nn.Module):
    """Blocks one after the other; a step sees itself and the steps before."""

    def __init__(self, config: TransformerConfig, num_sources: int = 1) -> None:
        super().__init__()
        self.config = config
        self.num_sources = num_sources
        self.blocks = nn.ModuleList(Block(config, num_sources) for _ in range(config.num_layers))
        self.norm = GroupedNorm(num_sources, config.width)

    def forward(self, values_SBTW: Tensor) -> Tensor:
        """Transform whole sequences, (S, B, T, W)."""
        num_sources, num_sequences, num_steps, _ = values_SBTW.shape
        head = self.config.width // self.config.num_heads
        rotation_TE = rotations(range(num_steps), head, like=values_SBTW)
        rotation_NE = rotation_TE.repeat(num_sequences, 1)[:, None]
        step_T = torch.arange(num_steps, device=values_SBTW.device)
        age_TT = step_T[:, None] - step_T
        is_visible_TT = (age_TT >= 0) & (age_TT < self.config.context)
        values_SNW = values_SBTW.flatten(1, 2)
        for block in self.blocks:
            assert isinstance(block, Block)
            query, key, value = (
                part.unflatten(1, (num_sequences, num_steps)).flatten(0, 1).transpose(1, 2)
                for part in block.heads(values_SNW, rotation_NE)
            )
            attended = functional.scaled_dot_product_attention(
                query, key, value.to(query), attn_mask=is_visible_TT
            )
            attended_SNW = attended.transpose(1, 2).flatten(-2).unflatten(0, (num_sources, -1))
            values_SNW = block.finish(values_SNW, attended_SNW.flatten(1, 2))
        normed_SBTW: Tensor = self.norm(values_SNW).unflatten(1, (num_sequences, num_steps))
        return normed_SBTW

    def step(self, values_SNW: Tensor, cache: KeyValueCache) -> Tensor:
        """Transform the next step of every row, (S, N, W), and remember it in the cache."""
        head = self.config.width // self.config.num_heads
        now = cache.position
        visible = slice(max(0, now + 1 - self.config.context), now + 1)
        rotation_1E = rotations(range(now, now + 1), head, like=values_SNW)[:, None]
        for layer, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            query, key, value = block.heads(values_SNW, rotation_1E)
            keys_SNHTE, values_SNHTE = cache.keys_XSNHTE[layer], cache.values_XSNHTE[layer]
            keys_SNHTE[..., now, :] = key
            values_SNHTE[..., now, :] = value
            # With four axes instead of five, attention is fused and four times as fast on a CPU.
            attended = functional.scaled_dot_product_attention(
                query.flatten(0, 1)[..., None, :],
                keys_SNHTE[..., visible, :].flatten(0, 1),
                values_SNHTE[..., visible, :].flatten(0, 1),
            )
            attended_SNW = attended.flatten(1).view_as(values_SNW)
            values_SNW = block.finish(values_SNW, attended_SNW)
        cache.position = now + 1
        normed_SNW: Tensor = self.norm(values_SNW)
        return normed_SNW

    def new_cache(self, *, num_rows: int, num_steps: int) -> KeyValueCache:
        """Allocate the memory of a generation."""
        return KeyValueCache(
            self.config,
            num_sources=self.num_sources,
            num_rows=num_rows,
            num_steps=num_steps,
            like=self.norm.gain_S1W.detach(),
        )


def rotations(positions: range, head: int, *, like: Tensor) -> Tensor:
    """Return cosines and sines (T, E) of the rotary embedding, side by side."""
    speed_E = ROTARY_BASE ** (-torch.arange(0, head, 2, dtype=torch.float64) / head)
    position_T = torch.arange(positions.start, positions.stop, dtype=torch.float64)
    angle_TE = position_T[:, None] * speed_E
    return torch.cat([angle_TE.cos(), angle_TE.sin()], dim=-1).to(like)


def rotate(values_E: Tensor, rotation_E: Tensor) -> Tensor:
    """Turn each pair of channels (e, e + E/2) of (..., E) by its angle."""
    cosine, sine = rotation_E.chunk(2, dim=-1)
    first, second = values_E.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


def stack_sources(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Put the weights of networks with one source each together, in their order."""
    return {name: torch.cat([state[name] for state in states]) for name in states[0]}
