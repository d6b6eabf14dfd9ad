"""Times as people read and type them: minutes and seconds, without bars."""

import re

from PySide6.QtCore import QLocale

_TIME = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:[.,]\d*)?)", re.ASCII)
_SECONDS_PER_MINUTE = 60


def time_text(seconds: float, *, decimals: int = 0) -> str:
    """Write a time such as ``1:02:03.25``; hours only where there are any.

    Decimals follow the point or comma of the user's language, as all numbers on screen do.
    """
    ticks = round(max(0.0, seconds) * 10**decimals)
    whole, fraction = divmod(ticks, 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}{QLocale().decimalPoint()}{fraction:0{decimals}}" if decimals else text


def read_time(text: str) -> float | None:
    """Read a time such as ``1:05.72``, ``65,72`` or ``1:02:03``; None if it is none."""
    # Not every language has a point or a comma there, and what was written may come back.
    found = _TIME.fullmatch(text.strip().replace(QLocale().decimalPoint(), "."))
    if found is None:
        return None
    hours, minutes, seconds = found[1], found[2], float(found[3].replace(",", "."))
    if (minutes and seconds >= _SECONDS_PER_MINUTE) or (
        hours and int(minutes) >= _SECONDS_PER_MINUTE
    ):
        return None
    whole_minutes = int(hours or 0) * _SECONDS_PER_MINUTE + int(minutes or 0)
    return whole_minutes * _SECONDS_PER_MINUTE + seconds
