"""The one place where texts of the engine, in English, become those of the studio.

The engine's errors say what somebody at a command line needs. Here they are translated, and in
English some are put in other words: in a window nobody types options.
"""

from PySide6.QtCore import QCoreApplication, QLocale

from engine.errors import EngineError
from engine.wording import Wording, filled

CONTEXT = "EngineError"
TITLES = "ModelTitle"


def shown_text(text: str) -> str:
    """Return a text as the studio says it; one that is translated already stays as it is."""
    if not isinstance(text, Wording):
        return text
    values = {name: _shown_value(value) for name, value in text.values.items()}
    return filled(QCoreApplication.translate(CONTEXT, text.template), values)


def shown_error(error: EngineError) -> str:
    """Return what happened and what to do, in one line."""
    return f"{shown_text(error.message)} {shown_text(error.remedy)}".strip()


def model_title(title: str) -> str:
    """Return the title on a model's card; those that came with Strata are translated."""
    return QCoreApplication.translate(TITLES, title)


def _shown_value(value: str | int | float) -> str | int:
    if isinstance(value, float):
        return QLocale().toString(
            value, "f", QLocale.FloatingPointPrecisionOption.FloatingPointShortest
        )
    return shown_text(value) if isinstance(value, str) else value
