"""``strata render``: makes a dataset of rendered songs to learn from."""

import argparse
import os
from contextlib import closing
from pathlib import Path
from typing import get_args

from engine.commands.console import print_json, print_line, report_line
from engine.commands.interruption import prompt_interruption
from engine.commands.progress import ProgressStyle, progress_display, progress_style
from engine.events import NoticeRaised


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "render",
        help="render songs with known stems, to train with",
        description="Renders OUT/<split>/<track>/<stem>.flac. A run that was interrupted goes on "
        "where it stopped; the same seed gives the same songs.",
    )
    parser.add_argument("--out", required=True, type=Path, help="folder of the dataset")
    parser.add_argument(
        "--hours", type=_positive, default=1.0, help="of training songs; default: 1"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--sources", type=Path, metavar="DIR",
        help="folder with drumkits, soundfonts, midi, voice, songs_cc0; without it only what "
        "Debian's packages hold is used, without voices",
    )  # fmt: skip
    parser.add_argument(
        "--leave-out", action="append", default=[], metavar="INSTRUMENT",
        help="play neither this instrument nor its imitations: double_bass, archtop_guitar; may be "
        "given several times",
    )  # fmt: skip
    parser.add_argument(
        "--feature", metavar="INSTRUMENT",
        help="let one of these play in every track, as a stem of its own name, in place of the "
        "bass or the guitar",
    )  # fmt: skip
    parser.add_argument(
        "--test-tracks", type=_count, metavar="N", help="default: a tenth of all tracks"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes; default: all cores"
    )
    parser.add_argument("--progress", choices=get_args(ProgressStyle))
    parser.add_argument("--json", action="store_true", help="print the result as an object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Render until the dataset is complete."""
    from engine.rendering.render_dataset import (
        RenderingFinished,
        RenderingStarted,
        RenderOptions,
        TrackRendered,
        render_dataset,
    )

    options = RenderOptions(
        out=args.out,
        seed=args.seed,
        hours=args.hours,
        sources=args.sources,
        workers=max(1, args.workers),
        leave_out=tuple(dict.fromkeys(args.leave_out)),
        feature=args.feature,
        test_tracks=args.test_tracks,
    )
    style = progress_style(args.progress)
    display = progress_display(style)
    display.start("rendering")
    # Unfinished tracks lie in temporary folders of the workers, and a later run replaces them.
    with prompt_interruption(), closing(render_dataset(options)) as events:
        try:
            for event in events:
                match event:
                    case NoticeRaised(message=message):
                        display.finish()
                        report_line(message, as_json=style == "json")
                    case RenderingStarted(num_tracks=total, num_existing=existing):
                        display.update(existing / max(1, total))
                    case TrackRendered(fraction=fraction):
                        display.update(fraction)
                    case RenderingFinished(num_tracks=total, rendered_hours=hours):
                        display.finish()
                        if args.json:
                            print_json(
                                {
                                    "folder": str(args.out),
                                    "num_tracks": total,
                                    "rendered_hours": round(hours, 4),
                                }
                            )
                        else:
                            print_line(f"{args.out}: {total} tracks, {hours:.2f} hours new")
        finally:
            display.finish()
    return 0


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a number of tracks above 0")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError("give a number of hours above 0")
    return value
