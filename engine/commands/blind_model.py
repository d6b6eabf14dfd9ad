"""Which model takes sources of one kind apart, for a command that was told how many there are."""

from collections.abc import Iterable
from pathlib import Path

from engine.errors import CheckpointError
from engine.model_library import ModelEntry, find_model, list_models, model_folders


def find_blind_model(
    num_sources: int, wanted: str | None = None, folders: Iterable[Path] | None = None
) -> ModelEntry:
    """Find a model that gives so many sources of one kind, which have no names of their own.

    Args:
        num_sources: Sources of the mix.
        wanted: As for ``find_model``, if it is to be a certain one.
        folders: Where to look.

    Raises:
        CheckpointError: There is no such model, or the named one is something else.
    """
    places = model_folders() if folders is None else tuple(folders)
    if wanted is not None:
        named = find_model(wanted, places)
        method = [entry for entry in list_models(places) if entry.card.method == wanted]
        for entry in (named, *method):
            if entry.is_blind and len(entry.card.stem_names) == num_sources:
                return entry
        raise CheckpointError(
            "The model “{name}” does not give {number} sources of one kind.",
            remedy="Leave --model out, or name one that does.",
            name=named.name,
            number=num_sources,
        )
    blind = [entry for entry in list_models(places) if entry.is_blind]
    for entry in blind:
        if len(entry.card.stem_names) == num_sources:
            return entry
    known = sorted({len(entry.card.stem_names) for entry in blind})
    raise CheckpointError(
        "There is no model for {number} sources of one kind.",
        remedy="Train one with “strata train blockwise_vae --stage blind”, and put it into "
        "“{folder}”."
        if not known
        else "There are models for: {known}.",
        number=num_sources,
        folder=str(places[-1]),
        known=", ".join(map(str, known)),
    )
