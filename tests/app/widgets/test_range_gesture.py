import pytest
from PySide6.QtWidgets import QApplication

from app.model.frame_range import FrameRange
from app.widgets.range_gesture import RangeGesture
from app.widgets.time_axis import TimeAxis

AXIS = TimeAxis.fitting(10_000, 1000)  # ten frames per pixel


class Listener:
    def __init__(self, gesture: RangeGesture) -> None:
        self.clicked: list[int] = []
        self.previewed: list[FrameRange | None] = []
        self.chosen: list[FrameRange | None] = []
        gesture.clicked.connect(self.clicked.append)
        gesture.previewed.connect(self.previewed.append)
        gesture.chosen.connect(self.chosen.append)


@pytest.fixture
def gesture(qapp: QApplication) -> RangeGesture:
    return RangeGesture()


@pytest.fixture
def listener(gesture: RangeGesture) -> Listener:
    return Listener(gesture)


def drag(
    gesture: RangeGesture,
    start: float,
    stop: float,
    selection: FrameRange | None = None,
    *,
    extend_from: int | None = None,
) -> None:
    gesture.press(start, AXIS, selection, extend_from=extend_from)
    gesture.move((start + stop) / 2, AXIS)
    gesture.move(stop, AXIS)
    gesture.release(stop, AXIS)


def test_a_press_that_hardly_moves_is_a_click(gesture: RangeGesture, listener: Listener) -> None:
    drag(gesture, 100.0, 102.0)

    assert listener.clicked == [1020]
    assert listener.chosen == []


def test_a_drag_marks_a_range_in_either_direction(
    gesture: RangeGesture, listener: Listener
) -> None:
    drag(gesture, 100.0, 300.0)
    drag(gesture, 300.0, 100.0)

    assert listener.chosen == [FrameRange(1000, 3000)] * 2
    assert listener.previewed[-1] == FrameRange(1000, 3000)
    assert listener.clicked == []


def test_an_edge_that_is_dragged_leaves_the_other(
    gesture: RangeGesture, listener: Listener
) -> None:
    drag(gesture, 302.0, 400.0, FrameRange(1000, 3000))
    drag(gesture, 99.0, 50.0, FrameRange(1000, 3000))

    assert listener.chosen == [FrameRange(1000, 4000), FrameRange(500, 3000)]


def test_an_edge_may_be_dragged_past_the_other(gesture: RangeGesture, listener: Listener) -> None:
    drag(gesture, 100.0, 500.0, FrameRange(1000, 3000))

    assert listener.chosen == [FrameRange(3000, 5000)]


def test_shift_moves_the_nearer_edge(gesture: RangeGesture, listener: Listener) -> None:
    drag(gesture, 350.0, 350.0, FrameRange(1000, 3000), extend_from=0)
    drag(gesture, 120.0, 120.0, FrameRange(1000, 3000), extend_from=0)

    assert listener.chosen == [FrameRange(1000, 3500), FrameRange(1200, 3000)]


def test_shift_without_a_selection_marks_from_the_playhead(
    gesture: RangeGesture, listener: Listener
) -> None:
    drag(gesture, 350.0, 350.0, extend_from=700)

    assert listener.chosen == [FrameRange(700, 3500)]


def test_a_range_ends_with_the_song(gesture: RangeGesture, listener: Listener) -> None:
    drag(gesture, 900.0, 5000.0)
    drag(gesture, 100.0, -500.0)

    assert listener.chosen == [FrameRange(9000, 10_000), FrameRange(0, 1000)]


def test_a_range_that_shrinks_to_nothing_is_none(gesture: RangeGesture, listener: Listener) -> None:
    gesture.press(100.0, AXIS, None)
    gesture.move(200.0, AXIS)
    gesture.move(100.0, AXIS)
    gesture.release(100.0, AXIS)

    assert listener.chosen == [None]


def test_a_move_without_a_press_does_nothing(gesture: RangeGesture, listener: Listener) -> None:
    gesture.move(200.0, AXIS)
    gesture.release(300.0, AXIS)

    assert (listener.clicked, listener.previewed, listener.chosen) == ([], [], [])
