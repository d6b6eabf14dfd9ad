"""Texts where there is little room."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics


def fitting_text(texts: Sequence[str], metrics: QFontMetrics, width: int) -> str:
    """Return the first text that fits; the last one if none does."""
    fitting = (text for text in texts if metrics.horizontalAdvance(text) <= width)
    return next(fitting, texts[-1])


def wrapped_lines(text: str, metrics: QFontMetrics, width: int, num_lines: int) -> list[str]:
    """Break a text between words; what does not fit is left out at the end of the last line."""
    lines: list[str] = []
    words = text.split(" ")
    while words and len(lines) < num_lines - 1:
        count = 1
        while (
            count < len(words) and metrics.horizontalAdvance(" ".join(words[: count + 1])) <= width
        ):
            count += 1
        line = " ".join(words[:count])
        lines.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width))
        words = words[count:]
    if words:
        lines.append(metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width))
    return lines
