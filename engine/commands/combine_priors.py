"""``strata combine-priors``: makes one model of stems that were trained one by one."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.console import print_line
from engine.errors import CheckpointError, OutputError
from engine.model_library import SUFFIX, find_model

if TYPE_CHECKING:
    from engine.checkpoint import Checkpoint


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "combine-priors",
        help="put stems that were trained one by one into one model",
        description="Writes one model with the stems of several that share a codec, such as "
        "prior-drums.safetensors and prior-bass.safetensors of “strata train lq_vae”, or models "
        "of “strata add-stem”. Nothing is trained.",
    )
    parser.add_argument("model", nargs="+", metavar="MODEL", help="names or paths of models")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the new model")
    parser.add_argument(
        "--stems", metavar="A,B",
        help="only these, in this order; default: all, each from the first model that has it",
    )  # fmt: skip
    parser.add_argument(
        "--rest", action="store_true", help="with a stem for everything that has none of its own"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Put the models together and print the path of the new one."""
    from engine.checkpoint import load_checkpoint, save_checkpoint
    from engine.methods.catalog import method_named

    out: Path = args.out
    if not out.name.endswith(SUFFIX):
        out = out.with_name(out.name + SUFFIX)
    if out.exists():
        raise OutputError(
            "There is a file “{file}” already.",
            remedy="Choose another name, or remove it.",
            file=str(out),
        )
    entries = [find_model(name) for name in args.model]
    solos = method_named(entries[0].card.method).solos
    if solos is None or any(e.card.method != entries[0].card.method for e in entries):
        raise CheckpointError(
            "The stems of these models cannot be put together.",
            remedy="Choose models of the method lq_vae.",
        )
    wanted = None if args.stems is None else _names(args.stems)
    parts: list[Checkpoint] = []
    seen: set[str] = set()
    for entry in entries:
        names = [
            name
            for name in entry.card.stem_names
            if name not in seen and name != solos.rest and (wanted is None or name in wanted)
        ]
        seen.update(names)
        if names or not parts:
            parts.append(solos.select(load_checkpoint(entry.path), (*names, solos.rest)))
    joined = solos.combine(parts)
    order = wanted or tuple(name for name in joined.card.stem_names if name != solos.rest)
    final = solos.select(joined, (*order, solos.rest) if args.rest else order)
    save_checkpoint(out, final)
    print_line(f"{out}: {', '.join(final.card.stem_names)}")
    return 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
