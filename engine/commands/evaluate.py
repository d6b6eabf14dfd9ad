"""``strata evaluate``: scores a model on songs with known stems."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import get_args

from engine.commands.console import print_json, print_line, report_line
from engine.commands.interruption import prompt_interruption
from engine.commands.progress import ProgressStyle, progress_display, progress_style
from engine.errors import EngineError
from engine.quality import DEFAULT_QUALITY, Quality


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "evaluate",
        help="score a model beside floor and ceilings",
        description="Scores DATASET/<track>/{mixture,drums,...}.flac: uSDR, SI-SDR, cSDR and the "
        "energy that leaks into silent stems, beside the mix (floor) and ideal masks (ceilings).",
    )
    parser.add_argument("--dataset", required=True, type=Path, help="folder of tracks, or a track")
    parser.add_argument("--model", metavar="NAME", help="default: the best")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument(
        "--quality", choices=get_args(Quality), default=DEFAULT_QUALITY,
        help="as for “strata separate”",
    )  # fmt: skip
    parser.add_argument("--no-model", action="store_true", help="floor and ceilings alone")
    parser.add_argument("--no-ceilings", action="store_true", help="much faster")
    parser.add_argument("--museval", action="store_true", help="cSDR by museval as well; slow")
    parser.add_argument("--max-seconds", type=float, help="only so much from each track's middle")
    parser.add_argument("--tracks", type=int, metavar="N", help="only the first N tracks")
    parser.add_argument("--remix-seed", type=int, help="mix dry parts in stereo with this seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes side by side")
    parser.add_argument("--progress", choices=get_args(ProgressStyle))
    parser.add_argument("--json", action="store_true", help="print the report as an object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score all tracks and print the report."""
    from engine.evaluation.ceilings import CEILINGS
    from engine.evaluation.evaluate import (
        EvaluationFinished,
        EvaluationOptions,
        TrackScored,
        evaluate,
    )
    from engine.evaluation.report import report_to_json, report_to_text
    from engine.events import ProgressChanged
    from engine.model_library import find_model

    try:
        options = EvaluationOptions(
            dataset=args.dataset,
            model=None if args.no_model else args.model or find_model(None).name,
            device=args.device,
            quality=args.quality,
            ceilings=() if args.no_ceilings else CEILINGS,
            museval=args.museval,
            max_seconds=args.max_seconds,
            num_tracks=args.tracks,
            remix_seed=args.remix_seed,
            seed=args.seed,
            workers=args.workers,
        )
    except ValueError as error:
        raise EngineError(f"The options do not fit: {error}.", remedy="Correct them.") from error
    style = progress_style(args.progress)
    display = progress_display(style)
    display.start("evaluating")
    with prompt_interruption(), closing(evaluate(options)) as events:
        try:
            for event in events:
                match event:
                    case ProgressChanged(fraction=fraction):
                        display.update(fraction)
                    case TrackScored(scores=scores):
                        if style == "json":
                            report_line(scores.track, as_json=True, event="scored")
                    case EvaluationFinished(report=report):
                        display.finish()
                        if args.json:
                            print_json(report_to_json(report))
                        else:
                            print_line(report_to_text(report))
        finally:
            display.finish()
    return 0
