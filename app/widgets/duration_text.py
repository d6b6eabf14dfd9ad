"""Times as people read them."""

from math import ceil

from PySide6.QtCore import QCoreApplication, QLocale

from app.widgets.time_text import time_text

translate = QCoreApplication.translate

SECONDS_PER_MINUTE = 60
SECONDS_PER_HOUR = 3600


def elapsed_text(seconds: float) -> str:
    """Return how long something took so far, such as ``42 s`` or ``3 min 7 s``."""
    whole = max(0, int(seconds))
    if whole < SECONDS_PER_MINUTE:
        return translate("Durations", "{0} s").format(whole)
    if whole < SECONDS_PER_HOUR:
        minutes, second = divmod(whole, SECONDS_PER_MINUTE)
        return translate("Durations", "{0} min {1} s").format(minutes, second)
    hours, rest = divmod(whole, SECONDS_PER_HOUR)
    return translate("Durations", "{0} h {1} min").format(hours, rest // SECONDS_PER_MINUTE)


def length_text(seconds: float) -> str:
    """Return how long a part of a song is, such as ``9.47 s`` or ``1:02.25``."""
    if seconds < SECONDS_PER_MINUTE:
        return translate("Durations", "{0} s").format(QLocale().toString(seconds, "f", 2))
    return time_text(seconds, decimals=2)


def remaining_text(seconds: float | None) -> str:
    """Return how long something will take, rounded as an estimate deserves."""
    if seconds is None:
        return translate("Durations", "estimating…")
    if seconds < 1:
        return translate("Durations", "almost done")
    step = 1 if seconds < 20 else 5 if seconds < SECONDS_PER_MINUTE else 10
    return translate("Durations", "{0} left").format(elapsed_text(ceil(seconds / step) * step))
