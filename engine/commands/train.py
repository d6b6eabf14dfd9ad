"""``strata train``: trains a method on a folder ``split/track/stem.flac``."""

import argparse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.commands.console import print_line, report_event, report_line
from engine.commands.interruption import prompt_interruption
from engine.commands.progress import (
    ProgressStyle,
    progress_display,
    progress_style,
)
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.methods.base import Method, Stage


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "train",
        help="train a method on songs with known stems",
        description="Trains one stage of a method and keeps OUT/<stage>.safetensors, its state to "
        "resume from, and the losses as CSV. Ctrl-C saves before it ends.",
    )
    parser.add_argument("method", help="spectrogram_vae, and whatever a wrong name lists")
    parser.add_argument(
        "--stage",
        help="default: all stages of the method in turn but for the published configuration",
    )
    parser.add_argument("--dataset", required=True, type=Path, help="folder split/track/stem.flac")
    parser.add_argument("--out", required=True, type=Path, help="folder of the results")
    parser.add_argument("--recipe", help="default: that of the stage; smoke is short")
    parser.add_argument("--steps", type=int, help="instead of the recipe's number")
    parser.add_argument("--seed", type=int, help="instead of the recipe's seed")
    parser.add_argument("--resume", action="store_true", help="go on with what is in OUT")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--progress", choices=get_args(ProgressStyle))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train the stages and print the path of each one's checkpoint."""
    from engine.device import choose_device
    from engine.methods.catalog import method_named
    from engine.training.config import RECIPES
    from engine.training.trainer import train
    from engine.training.training_events import CheckpointSaved, TrainingStep, Validated

    if args.recipe is not None and args.recipe not in RECIPES:
        raise EngineError(
            f"There is no recipe “{args.recipe}”.", remedy=f"Choose from: {', '.join(RECIPES)}."
        )
    if args.steps is not None and args.steps < 1:
        raise EngineError("A training has at least one step.", remedy="Give --steps 1 or more.")
    device = str(choose_device(args.device))
    style = progress_style(args.progress)
    display = progress_display(style)
    # No patience limit: an interrupted training saves its state first.
    with prompt_interruption(patience_seconds=None):
        for stage in _stages(method_named(args.method), args.stage):
            config = RECIPES[args.recipe or stage.recipe](args.dataset)
            config = replace(config, device=device, steps=args.steps or config.steps)
            config = replace(config, seed=config.seed if args.seed is None else args.seed)
            display.start(f"training {stage.name}")
            saved: Path | None = None
            with closing(train(stage, config, args.out, resume=args.resume)) as events:
                for event in events:
                    match event:
                        case TrainingStep(fraction=fraction):
                            display.update(min(1.0, fraction))
                        case Validated(step=step, losses=losses):
                            display.finish()
                            if style == "json":
                                report_event("validated", {"step": step, "losses": dict(losses)})
                            else:
                                report_line(_losses_line(step, losses), as_json=False)
                        case CheckpointSaved(path=path):
                            saved = path
            display.finish()
            if saved is None:
                report_line(f"{stage.name} is trained already", as_json=style == "json")
            else:
                print_line(str(saved))
    return 0


def _stages(method: "Method", wanted: str | None) -> "tuple[Stage, ...]":
    if wanted is None:
        return tuple(stage for stage in method.stages if not stage.is_optional)
    stages = tuple(stage for stage in method.stages if stage.name == wanted)
    if not stages:
        known = ", ".join(stage.name for stage in method.stages)
        raise EngineError(
            f"The method “{method.name}” has no stage “{wanted}”.", remedy=f"Choose from: {known}."
        )
    return stages


def _losses_line(step: int, losses: Mapping[str, float]) -> str:
    return f"step {step}: " + ", ".join(f"{name} {value:.4g}" for name, value in losses.items())
