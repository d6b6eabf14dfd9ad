"""``strata models``: lists the trained models."""

import argparse

from engine.commands.console import print_json, print_line, report_error
from engine.model_card import JsonValue
from engine.model_library import ModelEntry, list_damaged, list_models, model_folders

MEGABYTE = 1_000_000


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = commands.add_parser(
        "models", help="list the trained models", description="Lists the models, the best first."
    )
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list; files that are no models are reported on standard error."""
    for error in list_damaged():
        report_error(error, as_json=False)
    entries = list_models()
    if args.json:
        print_json([_facts(entry) for entry in entries])
        return 0
    for entry in entries:
        for line in _lines(entry):
            print_line(line)
    if not entries:
        print_line("There is no trained model in " + " or ".join(map(str, model_folders())) + ".")
    return 0


def _facts(entry: ModelEntry) -> JsonValue:
    card = entry.card
    return {
        "name": entry.name,
        "method": card.method,
        "title": card.title,
        "stems": list(card.stem_names),
        "experimental": list(card.experimental_stems),
        "sample_rate": card.sample_rate,
        "channels": card.channels,
        "bytes": entry.num_bytes,
        "sha256": entry.sha256(),
        "licence": card.licence,
        "provenance": card.provenance,
        "seed": card.seed,
        "scores": dict(card.scores),
    }


def _lines(entry: ModelEntry) -> tuple[str, ...]:
    card = entry.card
    stems = ", ".join(
        f"{stem} (experimental)" if stem in card.experimental_stems else stem
        for stem in card.stem_names
    )
    size = f"{entry.num_bytes / MEGABYTE:.1f} MB"
    licence = card.licence or "no licence"
    return (
        f"{entry.name}: {card.title}",
        f"    {card.method}; {stems}; {card.sample_rate} Hz; {size}; {licence}",
    )
