"""Trains a peer on our corpus, with our mixes, schedule, averaged weights and validation.

What a peer's authors publish stays theirs: network, loss, optimizer (Adam), highest learning rate
unless another is given, and length of context; see ``peers.py``, which also says what to install.
Their schedules count in epochs without progress, which so short a training does not have; here
all take our warm-up and cosine.

The limit is processor time of all threads, those that make the batches included, so that peers and
our own models can be given the same number of core-hours on a machine that does other work as well.

    python tests/benchmarks/peers_train.py openunmix --dataset corpus --out runs/openunmix \
        --core-seconds 17000

Started again with the same arguments it goes on where it was. SIGTERM ends it as Ctrl-C does, with
a checkpoint unless it comes amid an update. More core-seconds lift the learning rate again.
"""

import argparse
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.training.config import TrainingConfig, finish
from engine.training.stem_dataset import StemDataset
from engine.training.trainer import train
from engine.training.training_events import CheckpointSaved, TrainingStep, Validated
from tests.benchmarks.peers import PEERS, SAMPLE_RATE, Peer, open_unmix, scale_inputs

STATISTICS_BATCHES = 20


def main() -> None:
    """Train or go on training."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--core-seconds", type=float, required=True)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--warmup-steps", type=int, default=100)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--validate-every", type=int, default=200)
    parser.add_argument("--no-bf16", action="store_true")
    args = parser.parse_args()
    # A run in the background has Ctrl-C switched off.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    peer = PEERS[args.peer]
    config = TrainingConfig(
        dataset=args.dataset,
        cache=args.cache,
        steps=1_000_000,
        time_limit_seconds=args.core_seconds,
        clock="processor",
        batch_size=args.batch_size,
        crop_seconds=peer.crop_seconds,
        optimizer="adam",
        learning_rate=args.learning_rate or peer.learning_rate,
        warmup_steps=args.warmup_steps,
        clip_norm=peer.clip_norm,
        ema_decay=0.998,
        bf16=not args.no_bf16,
        num_threads=1,
        validate_every=args.validate_every,
        validation_batches=8,
        mixing=finish(args.dataset).mixing,
    )
    stage = peer.stage
    if args.peer == "openunmix" and not any(args.out.glob("*.state.safetensors")):
        stage = replace(stage, build=lambda values: _scaled(values, peer, config))
    started = time.monotonic()
    sums: dict[str, float] = {}
    for event in train(stage, config, args.out, resume=True):
        if isinstance(event, TrainingStep):
            for name, value in event.losses.items():
                sums[name] = sums.get(name, 0.0) + value
            if event.step % 50 == 0:
                means = {name: value / 50 for name, value in sums.items()}
                head = f"{event.step} {event.learning_rate:.1e} {event.elapsed_seconds:.0f} core-s"
                _report(f"{head} {time.monotonic() - started:.0f} s", means)
                sums.clear()
        elif isinstance(event, Validated):
            _report(f"validation {event.step}", event.losses)
        elif isinstance(event, CheckpointSaved):
            _report(f"saved {event.step}", {})


def _scaled(values: Mapping[str, object], peer: Peer, config: TrainingConfig) -> nn.Module:
    separator = open_unmix(values)
    dataset = StemDataset(
        config.dataset,
        split="train",
        stem_names=peer.stage.stem_names,
        batch_size=config.batch_size,
        crop_frames=round(config.crop_seconds * SAMPLE_RATE),
        seed=config.seed,
        mixing=config.mixing,
        cache=config.cache,
    )
    scale_inputs(separator, dataset, num_batches=STATISTICS_BATCHES)
    return separator


def _report(head: str, losses: Mapping[str, float]) -> None:
    numbers = " ".join(f"{name} {value:.4g}" for name, value in losses.items())
    print(head, numbers, flush=True)


if __name__ == "__main__":
    main()
