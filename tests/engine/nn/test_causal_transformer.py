"""Axes: S source, B sequence, N row, T step, W width."""

import pytest
import torch
from torch import Tensor

from engine.nn.causal_transformer import (
    CausalTransformer,
    KeyValueCache,
    TransformerConfig,
    stack_sources,
)

CONFIG = TransformerConfig(width=16, num_layers=2, num_heads=2, mlp_factor=2, context=100)


def values(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def network(num_sources: int = 1, *, context: int = 100, seed: int = 0) -> CausalTransformer:
    config = TransformerConfig(width=16, num_layers=2, num_heads=2, mlp_factor=2, context=context)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return CausalTransformer(config, num_sources).eval()


@torch.no_grad()
def stepped(net: CausalTransformer, values_SBTW: Tensor, cache: KeyValueCache) -> Tensor:
    steps = [net.step(values_SBTW[:, :, t], cache) for t in range(values_SBTW.shape[2])]
    return torch.stack(steps, dim=2)


@pytest.mark.parametrize("context", [3, 100])
@torch.no_grad()
def test_step_by_step_gives_what_the_whole_sequence_gives(context: int) -> None:
    net = network(2, context=context)
    values_SBTW = values(2, 3, 10, 16)
    cache = net.new_cache(num_rows=3, num_steps=10)
    torch.testing.assert_close(
        stepped(net, values_SBTW, cache), net(values_SBTW), rtol=1e-4, atol=1e-5
    )


@torch.no_grad()
def test_a_step_sees_no_later_one_and_nothing_beyond_its_context() -> None:
    net = network(context=4)
    first = values(1, 1, 12, 16)
    second = first.clone()
    second[:, :, 6:] += 1.0
    torch.testing.assert_close(net(first)[:, :, :6], net(second)[:, :, :6])
    third = first.clone()
    third[:, :, 0] += 1.0
    # Two layers of four steps reach six steps back.
    torch.testing.assert_close(net(first)[:, :, 7:], net(third)[:, :, 7:])
    assert not torch.allclose(net(first)[:, :, 6], net(third)[:, :, 6], atol=1e-7)


@torch.no_grad()
def test_positions_are_relative() -> None:
    net = network(context=3)
    tail = values(1, 1, 8, 16)
    longer = torch.cat([values(1, 1, 5, 16, seed=1), tail], dim=2)
    torch.testing.assert_close(net(longer)[:, :, -4:], net(tail)[:, :, -4:], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_stacked_sources_are_what_they_were_alone() -> None:
    nets = [network(seed=seed) for seed in range(3)]
    stacked = network(3)
    stacked.load_state_dict(stack_sources([net.state_dict() for net in nets]))
    values_SBTW = values(3, 2, 5, 16)
    for source, net in enumerate(nets):
        torch.testing.assert_close(
            stacked(values_SBTW)[source : source + 1], net(values_SBTW[source : source + 1])
        )


@pytest.mark.parametrize("context", [4, 100])
@torch.no_grad()
def test_rows_can_go_on_from_the_past_of_others(context: int) -> None:
    net = network(2, context=context)
    values_SBTW = values(2, 3, 10, 16)
    row_N = torch.tensor([2, 0, 0])
    cache = net.new_cache(num_rows=3, num_steps=10)
    stepped(net, values_SBTW[:, :, :6], cache)
    cache.select(row_N)
    joined = torch.cat([values_SBTW[:, row_N, :6], values_SBTW[:, :, 6:]], dim=2)
    torch.testing.assert_close(
        stepped(net, values_SBTW[:, :, 6:], cache),
        net(joined)[:, :, 6:],
        rtol=1e-4,
        atol=1e-5,
    )


def test_heads_must_divide_the_width() -> None:
    with pytest.raises(ValueError, match="heads"):
        TransformerConfig(width=10, num_heads=4)
