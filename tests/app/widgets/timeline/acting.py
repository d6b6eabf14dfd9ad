"""What a person does to a timeline, and how a test finds its way in it."""

import numpy as np
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.model.mix_state import MIX_LANE
from app.widgets.lane_waveform import LaneWaveform
from app.widgets.timeline_view import TimelineView
from tests.app.widgets.made_songs import FloatArray

RATE = 8000
SECONDS = 100
NAMES = (MIX_LANE, "vocals", "residual", "drums")
Button = Qt.MouseButton
NONE = Qt.KeyboardModifier.NoModifier


def audio() -> FloatArray:
    random = np.random.default_rng(1)
    return (random.standard_normal((RATE * SECONDS, 2)) * 0.2).astype(np.float32)


def wave(view: TimelineView, name: str) -> LaneWaveform:
    return view.stack.row(name).waveform


def at(view: TimelineView, seconds: float) -> QPoint:
    return QPoint(round(view.axis.x_of(seconds * RATE)), 20)


def drag(widget: QWidget, start: QPoint, stop: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(widget, Button.LeftButton, keys, start)
    QTest.mouseMove(widget, (start + stop) / 2)
    QTest.mouseMove(widget, stop)
    QTest.mouseRelease(widget, Button.LeftButton, keys, stop)


def turn_wheel(
    view: TimelineView, name: str, seconds: float, notches: int, keys: Qt.KeyboardModifier = NONE
) -> None:
    # Only an event from the window system goes up from a lane to the timeline.
    window = view.windowHandle()
    where = wave(view, name).mapTo(view, at(view, seconds))
    QTest.wheelEvent(window, QPointF(where), QPoint(0, 120 * notches), QPoint(), keys)
    QCoreApplication.processEvents()
