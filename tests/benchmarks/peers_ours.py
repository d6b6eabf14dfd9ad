"""Trains our own models from nothing, within the processor time that a peer is given.

Half of it goes to a draft (method C), the other half to the block-wise VAE over it, with the draft
learning on. So the draft of this run has had half the training of the peers, and the block-wise VAE
exactly as much: compare them with ``peers_quality.py``. The shipped models, which learned for many
times as long, take no part in it.

    python tests/benchmarks/peers_ours.py --dataset corpus --out runs/ours --core-seconds 2700

Started again with the same arguments it goes on where it was.
"""

import argparse
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.checkpoint import load_checkpoint
from engine.methods.base import Stage
from engine.methods.blockwise_vae.config import SIZES, BlockwiseConfig, drafted
from engine.methods.blockwise_vae.method import JOINT_STAGE, adopt_draft
from engine.methods.blockwise_vae.method import METHOD as BLOCKWISE
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.spectrogram_vae.method import METHOD as DRAFT
from engine.training.config import TrainingConfig, finish
from engine.training.trainer import train
from engine.training.training_events import CheckpointSaved, TrainingStep, Validated

JOINT_LEARNING_RATE = 4e-4  # it starts from weights that know something


def main() -> None:
    """Train both, or go on training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--core-seconds", type=float, required=True)
    args = parser.parse_args()
    # A run in the background has Ctrl-C switched off.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config = TrainingConfig(
        dataset=args.dataset,
        cache=args.cache,
        steps=1_000_000,
        time_limit_seconds=args.core_seconds / 2,
        clock="processor",
        crop_seconds=3.0,
        clip_norm=5.0,
        ema_decay=0.998,
        bf16=True,
        num_threads=1,
        validate_every=200,
        validation_batches=4,
        mixing=finish(args.dataset).mixing,
    )
    draft = next(stage for stage in DRAFT.stages)
    _train(draft, config, args.out / "draft")
    joint = _over(args.out / "draft" / f"{draft.name}.safetensors")
    _train(
        joint,
        replace(config, batch_size=8, learning_rate=JOINT_LEARNING_RATE, validation_batches=8),
        args.out / "blockwise",
    )


def _over(draft: Path) -> Stage:
    """Return the stage that trains a block-wise VAE together with this draft."""
    config = replace(drafted(SIZES["S"]), draft_learns=True).to_json()
    stage = next(stage for stage in BLOCKWISE.stages if stage.name == JOINT_STAGE)

    def build(values: Mapping[str, object]) -> nn.Module:
        module = BlockwiseVae(BlockwiseConfig.from_json(values))
        adopt_draft(module, load_checkpoint(draft))
        return module

    return replace(stage, config=config, build=build, foundation=None)


def _train(stage: Stage, config: TrainingConfig, out: Path) -> None:
    for event in train(stage, config, out, resume=True):
        if isinstance(event, TrainingStep) and event.step % 50 == 0:
            _report(f"{event.step} {event.elapsed_seconds:.0f} core-s", event.losses)
        elif isinstance(event, Validated):
            _report(f"validation {event.step}", event.losses)
        elif isinstance(event, CheckpointSaved):
            _report(f"saved {event.step}", {})


def _report(head: str, losses: Mapping[str, float]) -> None:
    numbers = " ".join(f"{name} {value:.4g}" for name, value in losses.items())
    print(head, numbers, flush=True)


if __name__ == "__main__":
    main()
