"""The one place where texts of the engine, in English, become those of the studio.

The engine's errors say what somebody at a command line needs. Here they are translated, and in
English some are put in other words: in a window nobody types options.
"""

import re

from PySide6.QtCore import QCoreApplication, QLocale

from engine.errors import EngineError
from engine.wording import Wording, filled

CONTEXT = "EngineError"
TITLES = "ModelTitle"
# Values of the engine's texts that hold decimal numbers. Others may look like that and are none,
# such as a version, or the name of a file.
DECIMALS = frozenset({"free", "gain", "needed"})
_NUMBER = re.compile(r"\d+\.(\d+)", re.ASCII)


def shown_text(text: str) -> str:
    """Return a text as the studio says it; one that is translated already stays as it is."""
    if not isinstance(text, Wording):
        return text
    values = {name: _shown_value(name, value) for name, value in text.values.items()}
    return filled(QCoreApplication.translate(CONTEXT, text.template), values)


def shown_error(error: EngineError) -> str:
    """Return what happened and what to do, in one line."""
    return f"{shown_text(error.message)} {shown_text(error.remedy)}".strip()


def model_title(title: str) -> str:
    """Return the title on a model's card; those that came with Strata are translated."""
    return QCoreApplication.translate(TITLES, title)


def _shown_value(name: str, value: str | int | float) -> str:
    text = shown_text(value) if isinstance(value, str) else str(value)
    if name in DECIMALS or isinstance(value, float):
        return _NUMBER.sub(_shown_number, text)
    return text


def _shown_number(found: re.Match[str]) -> str:
    return QLocale().toString(float(found[0]), "f", len(found[1]))
