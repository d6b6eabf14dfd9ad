"""Finds the trained models: those that came with Strata and the user's own.

Only headers are read, without torch, so that a list of models appears at once.
"""

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.card_file import read_card
from engine.errors import CheckpointError
from engine.model_card import ModelCard
from engine.wording import Wording

SUFFIX = ".safetensors"
STATE_SUFFIX = ".state.safetensors"
BUNDLED_FOLDER = Path(__file__).parents[1] / "resources" / "models"
# Best measured quality first, among models with equally many stems.
METHOD_PREFERENCE = ("blockwise_vae", "spectrogram_vae", "lq_vae")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """A checkpoint on disk.

    Attributes:
        name: The file's name without its suffix; what ``--model`` takes.
        path: The checkpoint.
        num_bytes: Size of the file.
        card: What the checkpoint says about itself.
    """

    name: str
    path: Path
    num_bytes: int
    card: ModelCard

    @property
    def is_blind(self) -> bool:
        """Whether its stems are sources of one kind, which come in any order."""
        return self.card.stem_order == "free"

    def sha256(self) -> str:
        """Digest of the whole file, in hexadecimal; reads all of it.

        Raises:
            CheckpointError: The file can no longer be read.
        """
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CheckpointError(
                "The model “{name}” could not be read.",
                remedy="Check that the file exists and that you may read it.",
                name=self.path.name,
            ) from error


def model_folders() -> tuple[Path, ...]:
    """Where models lie: the bundled ones, then the user's own."""
    own = platformdirs.user_data_path("Strata", appauthor=False) / "models"
    return (BUNDLED_FOLDER, own)


def list_models(folders: Iterable[Path] | None = None) -> tuple[ModelEntry, ...]:
    """List all models, the best first; of two with the same name the first folder's counts.

    Files that cannot be used are left out; ``list_damaged`` says why.
    """
    entries, _ = _scan(folders)
    return tuple(sorted(entries, key=_preference))


def list_damaged(folders: Iterable[Path] | None = None) -> tuple[CheckpointError, ...]:
    """Return what is wrong with each file in the models' folders that cannot be used."""
    _, errors = _scan(folders)
    return errors


def find_model(wanted: str | None = None, folders: Iterable[Path] | None = None) -> ModelEntry:
    """Find the model for a name, a method or the path of a checkpoint; none is the best one.

    Raises:
        CheckpointError: There is no such model, or the named file is damaged.
    """
    if wanted is not None and wanted.endswith(SUFFIX):
        return read_entry(Path(wanted))
    places = model_folders() if folders is None else tuple(folders)
    entries = list_models(places)
    for entry in entries:
        if wanted in (None, entry.name):
            return entry
    for entry in entries:
        if wanted == entry.card.method:
            return entry
    if wanted is None:
        raise CheckpointError(
            "There is no trained model.",
            remedy="Put one into “{folder}”, or train one with “strata train”.",
            folder=str(places[-1]),
        )
    for place in places:
        path = place / f"{wanted}{SUFFIX}"
        if path.is_file():
            read_card(path)  # Says what is wrong with the file that was meant.
    raise CheckpointError(
        "There is no model “{wanted}”.", remedy=_suggest(wanted, entries), wanted=wanted
    )


def read_entry(path: Path) -> ModelEntry:
    """Read the header of a checkpoint.

    Raises:
        CheckpointError: The file is missing, damaged, or not a model of Strata.
    """
    card = read_card(path)
    return ModelEntry(
        name=path.name.removesuffix(SUFFIX), path=path, num_bytes=path.stat().st_size, card=card
    )


def _scan(
    folders: Iterable[Path] | None,
) -> tuple[tuple[ModelEntry, ...], tuple[CheckpointError, ...]]:
    entries: dict[str, ModelEntry] = {}
    errors: list[CheckpointError] = []
    for folder in model_folders() if folders is None else folders:
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.name.endswith(STATE_SUFFIX):
                continue
            try:
                entry = read_entry(path)
            except CheckpointError as error:
                errors.append(error)
            else:
                entries.setdefault(entry.name, entry)
    return tuple(entries.values()), tuple(errors)


def _suggest(wanted: str, entries: Iterable[ModelEntry]) -> Wording:
    names = [entry.name for entry in entries]
    known = list(dict.fromkeys([*names, *(entry.card.method for entry in entries)]))
    if not known:
        return Wording("Train one with “strata train”.")
    close = difflib.get_close_matches(wanted, known, n=1)
    if close:
        return Wording("Did you mean “{name}”?", name=close[0])
    return Wording("Choose one of: {names}.", names=", ".join(names))


def _preference(entry: ModelEntry) -> tuple[bool, bool, int, int, str]:
    """Order models, the best first; the very first is what a command without a name takes.

    A user's own model, maybe half trained or of a single stem, is taken when it is named. A blind
    one serves a purpose of its own.
    """
    method = entry.card.method
    is_known = method in METHOD_PREFERENCE
    return (
        entry.is_blind,
        entry.path.parent != BUNDLED_FOLDER,
        -len(entry.card.stem_names),
        METHOD_PREFERENCE.index(method) if is_known else len(METHOD_PREFERENCE),
        entry.name,
    )
