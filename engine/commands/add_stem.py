"""``strata add-stem``: trains one more stem from solo recordings alone."""

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.commands.console import print_json, print_line, report_event, report_line
from engine.commands.interruption import prompt_interruption
from engine.commands.progress import (
    ProgressStyle,
    clock_time,
    progress_display,
    progress_style,
)
from engine.errors import CheckpointError, EngineError
from engine.model_library import SUFFIX, ModelEntry, find_model, list_models, model_folders

if TYPE_CHECKING:
    from engine.training.solo_checks import SoloReport
    from engine.training.stem_addition import AddStemOptions, StemAdded

METHOD = "lq_vae"
UNLIMITED_STEPS = 1_000_000
SHOWN_FILES = 3


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "add-stem",
        help="train a new stem from solo recordings",
        description="Trains the stem NAME from the recordings in FOLDER, each of which holds that "
        "instrument alone, and writes a model with the stems of MODEL and this one. No mixes are "
        "needed, and MODEL stays as it is. First it checks the recordings and says how long it "
        "will take. Ctrl-C saves before it ends; the same command with --resume goes on.",
    )
    parser.add_argument("name", metavar="NAME", help="of the new stem, such as “double bass”")
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER",
        help="recordings of the instrument alone: at least 5 minutes, better 20; or a dataset of "
        "which the files NAME in the split train are taken",
    )  # fmt: skip
    parser.add_argument(
        "--model", "--codec", metavar="MODEL",
        help="name or path of a model of the method lq_vae; default: the best of them",
    )  # fmt: skip
    parser.add_argument(
        "--with", dest="others", metavar="A,B",
        help="stems of MODEL that the new model has, too; rest stands for everything that has no "
        "stem of its own; default: all of them",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="FILE",
        help="default: MODEL-NAME in the user's folder of models, where “strata models” lists it",
    )  # fmt: skip
    parser.add_argument("--steps", type=_count, help="longest training; default: 3000")
    parser.add_argument("--minutes", type=_minutes, help="longest training, instead of --steps")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on after an interruption")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--progress", choices=get_args(ProgressStyle))
    parser.add_argument("--json", action="store_true", help="print the result as an object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train the stem and print where the new model is."""
    # No patience limit: an interrupted training saves its state first.
    with prompt_interruption(patience_seconds=None):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    from engine.training.stem_addition import (
        PreparationProgress,
        SolosChecked,
        StemAdded,
        TimeEstimated,
        add_stem,
    )
    from engine.training.training_events import TrainingStep, Validated

    options = _options(args)
    style = progress_style(args.progress)
    as_json = style == "json"
    display = progress_display(style)
    label = ""
    added: StemAdded | None = None

    def begin(text: str) -> None:
        nonlocal label
        if text != label:
            display.finish()
            display.start(text)
            label = text

    try:
        with closing(add_stem(options)) as events:
            for number, event in enumerate(events):
                if number == 0:
                    report_line(_plan(options), as_json=as_json)
                match event:
                    case PreparationProgress(phase=phase, fraction=fraction):
                        begin(f"{phase} the recordings")
                        display.update(fraction)
                    case SolosChecked(report=report):
                        display.finish()
                        for line in _report_lines(report):
                            report_line(line, as_json=as_json)
                    case TimeEstimated(seconds=seconds, steps_left=steps):
                        display.finish()
                        if as_json:
                            report_event(
                                "estimated", {"seconds": round(seconds, 1), "steps_left": steps}
                            )
                        else:
                            report_line(
                                f"The training takes about {_spoken(seconds)} from now on. "
                                "Ctrl-C stops it, and --resume goes on.",
                                as_json=False,
                            )
                    case TrainingStep(fraction=fraction):
                        begin(f"training {options.stem_name}")
                        display.update(min(1.0, fraction))
                    case Validated(step=step, losses=losses):
                        display.finish()
                        if as_json:
                            report_event("validated", {"step": step, "losses": dict(losses)})
                        else:
                            loss = losses["total"]
                            report_line(f"step {step}: loss {loss:.3f} on what is held out",
                                        as_json=False)  # fmt: skip
                    case StemAdded():
                        added = event
    except KeyboardInterrupt:
        display.finish()
        if options.workshop.is_dir():
            report_line("The training is kept; --resume goes on with it.", as_json=as_json)
        raise
    finally:
        display.finish()
    assert added is not None, "it ends with StemAdded"
    _print_result(added, as_json=args.json)
    return 0


def _options(args: argparse.Namespace) -> "AddStemOptions":
    from engine.device import choose_device
    from engine.training.stem_addition import DEFAULT_STEPS, AddStemOptions
    from engine.training.stem_names import stem_id

    name = stem_id(args.name)
    model = _model(args.model)
    others: tuple[str, ...] | None = None
    if args.others is not None:
        others = tuple(stem_id(part) for part in args.others.split(",") if part.strip())
    if not args.folder.is_dir():
        raise EngineError(
            "“{folder}” is no folder.",
            remedy="Give the folder of the solo recordings.",
            folder=str(args.folder),
        )
    return AddStemOptions(
        stem_name=name,
        folder=args.folder,
        model=model,
        others=others,
        out=_out(args.out, f"{model.name}-{name}"),
        steps=args.steps or (UNLIMITED_STEPS if args.minutes else DEFAULT_STEPS),
        minutes=args.minutes,
        seed=args.seed,
        device=str(choose_device(args.device)),
        resume=args.resume,
    )


def _model(wanted: str | None) -> ModelEntry:
    if wanted is not None:
        return find_model(wanted)
    for entry in list_models():
        if entry.card.method == METHOD:
            return entry
    raise CheckpointError(
        "There is no model whose stems are learned from solo recordings.",
        remedy="Name the file of one with --model, or train one with “strata train {method}”.",
        method=METHOD,
    )


def _out(wanted: Path | None, name: str) -> Path:
    if wanted is None:
        return model_folders()[-1] / f"{name}{SUFFIX}"
    if wanted.is_dir():
        return wanted / f"{name}{SUFFIX}"
    return wanted if wanted.name.endswith(SUFFIX) else wanted.with_name(wanted.name + SUFFIX)


def _plan(options: "AddStemOptions") -> str:
    others = options.model.card.stem_names if options.others is None else options.others
    kept = f", with {', '.join(others)} from “{options.model.name}”" if others else ""
    return f"The stem {options.stem_name} from “{options.folder}”{kept}."


def _report_lines(report: "SoloReport") -> list[str]:
    from engine.training.solo_checks import GOOD_MINUTES

    lines = [f"{len(report.files)} recordings with {report.minutes:.1f} minutes of sound."]
    if report.minutes < GOOD_MINUTES:
        lines.append(f"With {GOOD_MINUTES:.0f} minutes or more the stem will be better.")
    copies = [path for path, _ in report.duplicates]
    for files, text in (
        (report.unreadable, "could not be read and are left out"),
        (report.silent, "are silent and are left out"),
        (copies, "are copies of others and are left out"),
        (report.clipped, "are clipped; recordings that are not give a cleaner stem"),
    ):
        if files:
            lines.append(f"These {text}: {_names(files)}.")
    return lines


def _names(files: Sequence[Path]) -> str:
    shown = ", ".join(path.name for path in files[:SHOWN_FILES])
    left = len(files) - SHOWN_FILES
    return f"{shown} and {left} more" if left > 0 else shown


def _spoken(seconds: float) -> str:
    return f"{clock_time(seconds)} (min:s)" if seconds < 3600 else f"{clock_time(seconds)} (h:m:s)"


def _print_result(added: "StemAdded", *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "name": added.path.name.removesuffix(SUFFIX),
                "path": str(added.path),
                "stems": list(added.stem_names),
                "loss": round(added.loss, 4),
            }
        )
    else:
        print_line(str(added.path))


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a training has at least one step")
    return value


def _minutes(text: str) -> float:
    value = float(text)
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError("give a number of minutes above 0")
    return value
