"""What the user wants exported: a frozen value that is remembered from one export to the next."""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, get_args

from engine.audio.audio_format import AudioFormat, BitDepth, Container, audio_format
from engine.audio.name_template import DEFAULT_TEMPLATE
from engine.errors import EngineError

ExistingChoice = Literal["ask", "rename", "skip", "overwrite"]


class ExportKind(Enum):
    """What the files hold; the value is its name in the settings."""

    STEMS = "stems"  # each chosen stem, as it was separated
    HEARD = "heard"  # one mix with faders, pans, mutes and solos
    WITHOUT = "without"  # one mix without some stems


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoice:
    """Everything that the dialog of the export asks for.

    Attributes:
        kind: What the files hold.
        unwanted_stems: Names that get no file of their own.
        removed_stems: Names that the mix goes without; said anew for every export.
        with_original: Write the decoded original, too.
        only_selection: Write the marked frames instead of the whole song.
        has_fades: Fade for 3 ms where the selection cuts.
        format: Container and depth.
        template: Pattern of the file names.
        folder: Gets the song's folder; None for the usual place.
        existing: What happens to files that are there already.
        with_project: Write a project for REAPER.
        shows_folder: Open the folder afterwards.
    """

    kind: ExportKind = ExportKind.STEMS
    unwanted_stems: frozenset[str] = frozenset()
    removed_stems: frozenset[str] = frozenset()
    with_original: bool = False
    only_selection: bool = False
    has_fades: bool = False
    format: AudioFormat = AudioFormat()  # noqa: RUF009 - frozen
    template: str = DEFAULT_TEMPLATE
    folder: Path | None = None
    existing: ExistingChoice = "ask"
    with_project: bool = False
    shows_folder: bool = True


def choice_text(choice: ExportChoice) -> str:
    """Write a choice as text for the settings."""
    return json.dumps(
        {
            "kind": choice.kind.value,
            "unwanted_stems": sorted(choice.unwanted_stems),
            "with_original": choice.with_original,
            "has_fades": choice.has_fades,
            "container": choice.format.container,
            "bit_depth": choice.format.bit_depth,
            "template": choice.template,
            "folder": None if choice.folder is None else str(choice.folder),
            "existing": choice.existing,
            "with_project": choice.with_project,
            "shows_folder": choice.shows_folder,
        }
    )


def choice_from_text(text: str) -> ExportChoice:
    """Read what ``choice_text`` wrote; whatever makes no sense is as it is at first.

    The range is not remembered: the next song has another selection, or none. Nor is what a mix
    goes without: a stem that nobody has ticked would be missing.
    """
    try:
        stored = json.loads(text)
    except ValueError:
        stored = None
    if not isinstance(stored, dict):
        return ExportChoice()
    first = ExportChoice()
    return ExportChoice(
        kind=_kind(stored.get("kind")),
        unwanted_stems=_names(stored.get("unwanted_stems"), first.unwanted_stems),
        with_original=stored.get("with_original") is True,
        has_fades=stored.get("has_fades") is True,
        format=_format(stored.get("container"), stored.get("bit_depth")),
        template=_text(stored.get("template")) or DEFAULT_TEMPLATE,
        folder=Path(folder) if (folder := _text(stored.get("folder"))) else None,
        existing=_existing(stored.get("existing")),
        with_project=stored.get("with_project") is True,
        shows_folder=stored.get("shows_folder") is not False,
    )


def _kind(value: object) -> ExportKind:
    return next((kind for kind in ExportKind if kind.value == value), ExportKind.STEMS)


def _existing(value: object) -> ExistingChoice:
    choices: tuple[ExistingChoice, ...] = get_args(ExistingChoice)
    return next((choice for choice in choices if choice == value), "ask")


def _names(value: object, otherwise: frozenset[str]) -> frozenset[str]:
    if not isinstance(value, list):
        return otherwise
    return frozenset(name for name in value if isinstance(name, str))


def _format(container: object, bit_depth: object) -> AudioFormat:
    containers: tuple[Container, ...] = get_args(Container)
    depths: tuple[BitDepth, ...] = get_args(BitDepth)
    try:
        return audio_format(
            next(name for name in containers if name == container),
            next((depth for depth in depths if depth == bit_depth), None),
        )
    except (EngineError, StopIteration):
        return AudioFormat()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
