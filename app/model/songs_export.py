"""Which of several songs can be exported, and what is written of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.model.export_choice import ExportChoice
from app.model.export_planning import unfinished_lanes
from app.model.song import Song
from app.model.song_status import Phase
from engine.audio.file_names import unique_name
from engine.errors import EngineError
from engine.residual import RESIDUAL_STEM
from engine.track_export import ExportPlan

WORKING_PHASES = frozenset({Phase.WAITING, Phase.DECODING, Phase.SEPARATING, Phase.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SongsSorted:
    """Songs by what an export can do with them now.

    Attributes:
        ready: Everything that the files need is there.
        working: Not ready, but they may be when their separation has ended.
        hopeless: Not ready, and nothing is on its way.
    """

    ready: tuple[Song, ...]
    working: tuple[Song, ...]
    hopeless: tuple[Song, ...]


def sort_songs(songs: Sequence[Song], choice: ExportChoice) -> SongsSorted:
    """Sort songs by what an export can do with them now."""
    ready = tuple(song for song in songs if _is_ready(song, choice))
    others = [song for song in songs if song not in ready]
    working = tuple(song for song in others if song.status.phase in WORKING_PHASES)
    hopeless = tuple(song for song in others if song not in working)
    return SongsSorted(ready=ready, working=working, hopeless=hopeless)


def choice_for(song: Song, choice: ExportChoice, *, wants_silence: bool) -> ExportChoice:
    """Return what is written of one song: no residual in which there is nothing."""
    if song.has_leftovers or wants_silence:
        return choice
    return replace(choice, unwanted_stems=choice.unwanted_stems | {RESIDUAL_STEM})


def in_folders_of_their_own(plans: Sequence[ExportPlan]) -> tuple[ExportPlan, ...]:
    """Give songs of the same name different folders: one would replace the other's files."""
    taken: set[str] = set()
    result: list[ExportPlan] = []
    for plan in plans:
        name = unique_name(plan.folder_name, is_taken=lambda name: name.casefold() in taken)
        taken.add(name.casefold())
        result.append(replace(plan, folder_name=name))
    return tuple(result)


def _is_ready(song: Song, choice: ExportChoice) -> bool:
    if not song.stems:
        return False
    try:
        return not unfinished_lanes(song, choice)
    except EngineError:
        return False
