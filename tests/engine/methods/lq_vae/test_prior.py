"""Axes: S source, B sequence, N row, L frame, R stage, K code."""

import itertools

import torch
from torch import Tensor

from engine.methods.lq_vae.prior import CodePrior, PriorConfig
from engine.nn.causal_transformer import TransformerConfig

CONFIG = PriorConfig(transformer=TransformerConfig(width=16, num_layers=1, num_heads=2))


def prior(*, num_codes: int, num_stages: int, num_sources: int = 1) -> CodePrior:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        built = CodePrior(
            CONFIG, num_codes=num_codes, num_stages=num_stages, num_sources=num_sources
        )
        for parameter in built.parameters():
            parameter.data += 0.3 * torch.randn_like(parameter)
    return built.eval()


def stepped(built: CodePrior, codes_SBLR: Tensor) -> Tensor:
    num_rows, num_frames = codes_SBLR.shape[1:3]
    cache = built.transformer.new_cache(num_rows=num_rows, num_steps=num_frames)
    inputs, parts = built.first_input(num_rows), []
    for frame in range(num_frames):
        hidden = built.transformer.step(inputs, cache)
        codes_SNR = codes_SBLR[:, :, frame]
        for stage in range(built.num_stages):
            log_prior = built.stage_log_prior(hidden, codes_SNR[..., :stage])
            parts.append(log_prior.gather(-1, codes_SNR[..., stage, None]))
        inputs = built.next_input(codes_SNR)
    joined: Tensor = torch.cat(parts, dim=-1).unflatten(-1, (num_frames, built.num_stages))
    return joined


@torch.no_grad()
def test_all_sequences_together_have_probability_one() -> None:
    built = prior(num_codes=3, num_stages=2)
    codes = torch.tensor(list(itertools.product(range(3), repeat=4))).view(1, -1, 2, 2)
    total = built(codes).double().sum(dim=(-1, -2)).exp().sum()
    torch.testing.assert_close(total, torch.ones((), dtype=torch.float64), rtol=1e-5, atol=0)


@torch.no_grad()
def test_frame_by_frame_gives_what_the_whole_sequence_gives() -> None:
    built = prior(num_codes=5, num_stages=3, num_sources=2)
    codes = torch.randint(5, (2, 4, 6, 3), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(stepped(built, codes), built(codes), rtol=1e-4, atol=1e-5)
