"""Where a song stands, in words and as an icon."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from app.model.shown_text import model_title, shown_text
from app.model.song_status import Phase, Preparation, SongStatus
from app.widgets.duration_text import elapsed_text, remaining_text
from engine.model_library import ModelEntry

translate = QCoreApplication.translate

_titles: dict[str, str] = {}

PHASE_ICONS = {
    Phase.WAITING: "waiting",
    Phase.DECODING: "working",
    Phase.SEPARATING: "working",
    Phase.PAUSED: "pause",
    Phase.DONE: "done",
    Phase.CANCELLED: "cancelled",
    Phase.FAILED: "error",
}
RUNNING_PHASES = frozenset({Phase.DECODING, Phase.SEPARATING})
UNFINISHED_PHASES = RUNNING_PHASES | {Phase.WAITING, Phase.PAUSED}


def phase_text(phase: Phase) -> str:
    """Return a phase in words."""
    texts = {
        Phase.WAITING: translate("Phases", "Waiting"),
        Phase.DECODING: translate("Phases", "Reading"),
        Phase.SEPARATING: translate("Phases", "Separating"),
        Phase.PAUSED: translate("Phases", "Paused"),
        Phase.DONE: translate("Phases", "Ready"),
        Phase.CANCELLED: translate("Phases", "Cancelled"),
        Phase.FAILED: translate("Phases", "Failed"),
    }
    return texts[phase]


def remember_models(entries: Iterable[ModelEntry]) -> None:
    """Know the titles of models, which a status has by their names alone."""
    _titles.update({entry.name: entry.card.title for entry in entries})


def _model_title(name: str) -> str:
    """Return what a model is called, without what follows the colon: its stems."""
    return model_title(_titles[name]).split(":")[0].strip() if name in _titles else name


def status_text(status: SongStatus) -> str:
    """Return a status in one line: phase, share, time so far and time left."""
    text = phase_text(status.phase)
    if status.phase is Phase.FAILED and status.error is not None:
        return f"{text}: {shown_text(status.error.message)}"
    if status.preparation is Preparation.ENGINE:
        return translate("Phases", "Starting the engine…")
    if status.preparation is Preparation.MODEL:
        return translate("Phases", "Loading the model…")
    if status.phase in RUNNING_PHASES:
        return translate("Phases", "{phase} {percent} % · {remaining} · {elapsed} so far").format(
            phase=text,
            percent=int(status.fraction * 100),
            elapsed=elapsed_text(status.elapsed_seconds),
            remaining=remaining_text(status.remaining_seconds),
        )
    if (replacement := status.replacement) is not None:
        return translate("Phases", "{phase}: {percent} % replaced by {model}").format(
            phase=text,
            percent=int(replacement.fraction * 100),
            model=_model_title(replacement.model_name),
        )
    is_cut_short = status.phase is Phase.CANCELLED and 0.0 < status.fraction < 1.0
    if status.phase is Phase.PAUSED or is_cut_short:
        return translate("Phases", "{phase} at {percent} %").format(
            phase=text, percent=int(status.fraction * 100)
        )
    if status.phase is Phase.DONE and status.elapsed_seconds >= 1.0:
        return translate("Phases", "{phase} · took {elapsed}").format(
            phase=text, elapsed=elapsed_text(status.elapsed_seconds)
        )
    return text


def short_status_texts(status: SongStatus) -> tuple[str, ...]:
    """Return a status for a narrow line, the longest first: only what is known, no time so far."""
    if status.phase not in RUNNING_PHASES or status.preparation is not None:
        return (status_text(status),)
    share = translate("Phases", "{percent} %").format(percent=int(status.fraction * 100))
    text = f"{phase_text(status.phase)} {share}"
    if status.remaining_seconds is None:
        return (text, share)
    remaining = remaining_text(status.remaining_seconds)
    return (f"{text} · {remaining}", f"{share} · {remaining}", share)
