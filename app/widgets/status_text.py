"""Where a song stands, in words and as an icon."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from app.model.shown_text import model_title, shown_text
from app.model.song_status import (
    RUNNING_PHASES,
    Phase,
    Preparation,
    Replacement,
    SongStatus,
    Step,
)
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


def _preparation_text(preparation: Preparation) -> str:
    if preparation is Preparation.ENGINE:
        return translate("Phases", "Starting the engine…")
    return translate("Phases", "Loading the model…")


def remember_models(entries: Iterable[ModelEntry]) -> None:
    """Know the titles of models, which a status has by their names alone."""
    _titles.update({entry.name: entry.card.title for entry in entries})


def _model_title(name: str) -> str:
    """Return what a model is called, without what follows the colon: its stems."""
    return model_title(_titles[name]).split(":")[0].strip() if name in _titles else name


def _step_text(step: Step | None) -> str:
    """Return which of several separations it is; nothing if there is only one."""
    if step is None or step.count == 1:
        return ""
    return translate("Phases", "{model} ({number} of {count})").format(
        model=_model_title(step.model_name), number=step.number, count=step.count
    )


def status_text(status: SongStatus) -> str:
    """Return a status in one line: phase, share, time so far and time left."""
    text = phase_text(status.phase)
    if status.phase is Phase.FAILED and status.error is not None:
        return f"{text}: {shown_text(status.error.message)}"
    if status.phase in RUNNING_PHASES:
        return _running_text(status)
    if status.replacement is not None:
        return _replaced_text(status, status.replacement)
    if status.phase is Phase.DONE and status.elapsed_seconds >= 1.0:
        return translate("Phases", "{phase} · took {elapsed}").format(
            phase=text, elapsed=elapsed_text(status.elapsed_seconds)
        )
    is_cut_short = status.phase is Phase.CANCELLED and 0.0 < status.fraction < 1.0
    goes_on = status.phase is Phase.WAITING and status.step is not None
    if status.phase is Phase.PAUSED or is_cut_short or goes_on:
        share = _share_text(status)
        return " · ".join(filter(None, (share, _step_text(status.step))))
    return text


def _share_text(status: SongStatus) -> str:
    return translate("Phases", "{phase} at {percent} %").format(
        phase=phase_text(status.phase), percent=int(status.fraction * 100)
    )


def _running_text(status: SongStatus) -> str:
    share = f"{phase_text(status.phase)} {_percent_text(status)}"
    if status.preparation is not None:
        text = _preparation_text(status.preparation)
        return text if status.step is None else f"{share} · {text}"
    parts = (
        share,
        _step_text(status.step),
        remaining_text(status.remaining_seconds),
        translate("Phases", "{elapsed} so far").format(
            elapsed=elapsed_text(status.elapsed_seconds)
        ),
    )
    return " · ".join(filter(None, parts))


def _replaced_text(status: SongStatus, replacement: Replacement) -> str:
    share, replaced = int(status.fraction * 100), int(replacement.fraction * 100)
    model = _model_title(replacement.model_name)
    if status.phase is Phase.PAUSED and share != replaced:
        text = translate("Phases", "{share} · {percent} % replaced by {model}")
        return text.format(share=_share_text(status), percent=replaced, model=model)
    text = translate("Phases", "{phase}: {percent} % replaced by {model}")
    return text.format(phase=phase_text(status.phase), percent=replaced, model=model)


def _percent_text(status: SongStatus) -> str:
    return translate("Phases", "{percent} %").format(percent=int(status.fraction * 100))


def short_status_texts(status: SongStatus) -> tuple[str, ...]:
    """Return a status for a narrow line, the longest first: only what is known, no time so far."""
    share = _percent_text(status)
    if status.phase is Phase.WAITING and status.step is not None:
        return (status_text(status), _share_text(status), share)
    if status.phase not in RUNNING_PHASES:
        return (status_text(status),)
    if status.preparation is not None:
        text = _preparation_text(status.preparation)
        return (text,) if status.step is None else (status_text(status), f"{share} · {text}", share)
    text = f"{phase_text(status.phase)} {share}"
    step = _step_text(status.step)
    if status.remaining_seconds is None:
        return (f"{share} · {step}", share) if step else (text, share)
    remaining = remaining_text(status.remaining_seconds)
    texts = (f"{share} · {remaining}", share)
    if status.step is None or not step:
        return (f"{text} · {remaining}", *texts)
    model = _model_title(status.step.model_name)
    return (f"{share} · {step} · {remaining}", f"{share} · {model} · {remaining}", *texts)
