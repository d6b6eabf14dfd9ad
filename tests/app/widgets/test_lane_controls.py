import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB
from app.widgets.control_painting import em
from app.widgets.gain_fader import GROOVE_REACH, GainFader
from app.widgets.gain_text import INFINITE, GainField, gain_text, pan_description, pan_text
from app.widgets.lane_button import LaneButton
from app.widgets.level_meter import LevelMeter
from app.widgets.meter_ballistics import HOLD_SECONDS
from app.widgets.pan_knob import PanKnob

Button = Qt.MouseButton
Key = Qt.Key


def drag(widget: QWidget, start: QPoint, stop: QPoint) -> None:
    QTest.mousePress(widget, Button.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(widget, (start + stop) / 2)
    QTest.mouseMove(widget, stop)
    QTest.mouseRelease(widget, Button.LeftButton, Qt.KeyboardModifier.NoModifier, stop)


@pytest.fixture
def fader(qtbot: QtBot) -> GainFader:
    fader = GainFader()
    qtbot.addWidget(fader)
    fader.resize(200, 24)
    fader.show()
    return fader


def test_fader_reaches_both_ends_by_mouse(fader: GainFader) -> None:
    chosen: list[float] = []
    fader.gain_chosen.connect(chosen.append)

    drag(fader, QPoint(100, 12), QPoint(199, 12))
    assert chosen[-1] == MAX_GAIN_DB

    drag(fader, QPoint(100, 12), QPoint(0, 12))
    assert chosen[-1] == MIN_GAIN_DB


@pytest.mark.parametrize("x", [20, 180])
def test_a_click_beside_the_groove_does_not_move_the_fader(fader: GainFader, x: int) -> None:
    fader.show_gain(-6.0)
    touched: list[None] = []
    fader.touched.connect(lambda: touched.append(None))
    reach = round(em(fader) * GROOVE_REACH)
    for y in (12 - reach - 2, 12 + reach + 2):
        drag(fader, QPoint(x, y), QPoint(x + 10, y))
        QTest.mouseDClick(fader, Button.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, y))
        assert fader.value() == -60
    assert touched  # it still selects the lane

    QTest.mouseClick(fader, Button.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, 14))
    assert fader.value() != -60


def test_fader_says_when_it_is_let_go(fader: GainFader, qtbot: QtBot) -> None:
    with qtbot.waitSignal(fader.released, timeout=1000):
        drag(fader, QPoint(100, 12), QPoint(120, 12))


def test_double_click_returns_the_fader_to_zero(fader: GainFader) -> None:
    fader.show_gain(-20.0)
    chosen: list[float] = []
    fader.gain_chosen.connect(chosen.append)

    QTest.mouseDClick(fader, Button.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(30, 12))

    assert chosen[-1] == 0.0


def test_keys_move_the_fader_by_half_a_decibel_and_back_to_zero(fader: GainFader) -> None:
    QTest.keyClick(fader, Key.Key_Right)
    assert fader.value() == 5
    QTest.keyClick(fader, Key.Key_PageDown)
    assert fader.value() == 5 - 30

    QTest.keyClick(fader, Key.Key_Delete)

    assert fader.value() == 0


def test_shift_moves_the_fader_by_a_tenth_of_a_decibel(fader: GainFader) -> None:
    fader.setFocus()
    for key, value in ((Key.Key_Right, 1), (Key.Key_Up, 2), (Key.Key_Left, 1), (Key.Key_Down, 0)):
        QTest.keyClick(fader, key, Qt.KeyboardModifier.ShiftModifier)
        assert fader.value() == value


def test_the_wheel_moves_the_fader_that_has_the_keyboard(fader: GainFader, qtbot: QtBot) -> None:
    with qtbot.waitActive(fader):
        fader.activateWindow()
    fader.setFocus()

    turn_wheel(fader)
    assert fader.value() == 5

    turn_wheel(fader, Qt.KeyboardModifier.ShiftModifier)
    assert fader.value() == 6


def test_shift_drags_the_fader_finely(fader: GainFader) -> None:
    middle = Qt.KeyboardModifier.NoModifier
    values = []
    for keys in (middle, Qt.KeyboardModifier.ShiftModifier):
        fader.show_gain(0.0)
        handle = QPoint(round(fader._left() + 0.694 * (fader._right() - fader._left())), 12)
        QTest.mousePress(fader, Button.LeftButton, middle, handle)
        send_move(fader, handle - QPoint(40, 0), keys)
        QTest.mouseRelease(fader, Button.LeftButton, middle, handle)
        values.append(fader.value())

    assert values[0] < 3 * values[1] < 0


def send_move(widget: QWidget, where: QPoint, keys: Qt.KeyboardModifier) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(where), QPointF(where), Button.NoButton,
        Button.LeftButton, keys,
    )  # fmt: skip
    QCoreApplication.sendEvent(widget, event)


def test_showing_a_gain_is_not_choosing_it(fader: GainFader, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(fader.gain_chosen):
        fader.show_gain(-12.0)

    assert fader.value() == -120


@pytest.mark.parametrize("kind", [GainFader, PanKnob, GainField])
def test_wheel_that_passes_over_a_control_changes_nothing(
    kind: type[GainFader] | type[PanKnob] | type[GainField], qtbot: QtBot
) -> None:
    control = kind()
    qtbot.addWidget(control)
    control.show()
    before = control.value()

    turn_wheel(control)

    assert control.value() == before


def turn_wheel(widget: QWidget, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Button.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(widget, event)


@pytest.fixture
def knob(qtbot: QtBot) -> PanKnob:
    knob = PanKnob()
    qtbot.addWidget(knob)
    knob.show()
    return knob


def test_knob_turns_right_when_dragged_up(knob: PanKnob) -> None:
    chosen: list[float] = []
    knob.pan_chosen.connect(chosen.append)

    drag(knob, QPoint(10, 10), QPoint(10, -200))
    assert chosen[-1] == 1.0

    drag(knob, QPoint(10, 10), QPoint(10, 900))
    assert chosen[-1] == -1.0


def test_double_click_returns_the_knob_to_the_centre(knob: PanKnob) -> None:
    knob.show_pan(0.7)

    QTest.mouseDClick(knob, Button.LeftButton)

    assert knob.value() == 0


@pytest.fixture
def field(qtbot: QtBot) -> GainField:
    field = GainField()
    qtbot.addWidget(field)
    field.show()
    return field


@given(gain_db=st.floats(MIN_GAIN_DB, MAX_GAIN_DB))
def test_a_gain_that_was_written_is_read_back(gain_db: float) -> None:
    field = GainField()

    text = field.textFromValue(gain_db)

    assert field.valueFromText(text) == pytest.approx(gain_db, abs=0.051)
    assert field.valueFromText(f"{text} dB") == field.valueFromText(text)


@pytest.mark.parametrize(
    ("typed", "gain_db"),
    [
        ("-6", -6.0),
        ("+2.2", 2.2),
        ("−6.5", -6.5),
        ("3 dB", 3.0),
        ("-inf", MIN_GAIN_DB),
        ("−∞", MIN_GAIN_DB),
    ],
)
def test_a_typed_gain_is_understood(field: GainField, typed: str, gain_db: float) -> None:
    field.selectAll()
    field.lineEdit().insert(typed)  # QTest can type no minus sign
    QTest.keyClick(field, Key.Key_Return)

    assert field.value() == gain_db


@pytest.mark.parametrize("typed", ["loud", "", "77", "1.2.3"])
def test_a_typed_gain_that_is_none_leaves_the_old_one(field: GainField, typed: str) -> None:
    field.show_gain(-3.0)
    field.selectAll()
    QTest.keyClick(field, Key.Key_Backspace)
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Key.Key_Return)

    assert field.value() == -3.0


def test_decimals_follow_the_language(field: GainField) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        assert field.textFromValue(-6.5) == "−6,5"
        assert field.valueFromText("−6,5 dB") == -6.5
        assert field.valueFromText("-6.5") == -6.5
    finally:
        QLocale.setDefault(before)


def test_gains_and_pans_are_written_for_people() -> None:
    assert gain_text(-6.0) == "−6.0 dB"
    assert gain_text(2.2) == "+2.2 dB"
    assert gain_text(0.0) == gain_text(-0.04) == "0.0 dB"
    assert gain_text(MIN_GAIN_DB) == f"{INFINITE} dB"
    assert [pan_text(pan) for pan in (-0.3, 0.0, 1.0)] == ["L30", "C", "R100"]
    assert pan_description(-0.3) == "30 % left"


@pytest.mark.parametrize(
    ("kind", "key"),
    [(GainFader, Key.Key_Left), (PanKnob, Key.Key_Up), (GainField, Key.Key_Return)],
)
def test_a_control_with_the_keyboard_keeps_its_keys_from_the_window(
    kind: type[GainFader] | type[PanKnob] | type[GainField], key: Qt.Key, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    control = kind()
    layout.addWidget(control)
    action = QAction(window)
    action.setShortcut(key)
    window.addAction(action)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    control.setFocus()

    with qtbot.assertNotEmitted(action.triggered):
        QTest.keyClick(control, key)

    window.setFocus()
    with qtbot.waitSignal(action.triggered):
        QTest.keyClick(window, key)


def test_button_is_wide_enough_for_its_text(qtbot: QtBot) -> None:
    for text in ("M", "Listen", "Anhören, bitte"):
        button = LaneButton(text, None)
        qtbot.addWidget(button)
        bold = button.font()
        bold.setBold(True)
        button.setFont(bold)

        assert button.minimumSizeHint().width() > button.fontMetrics().horizontalAdvance(text)


def test_meter_describes_its_peak_and_forgets_clipping_on_a_click(qtbot: QtBot) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.resize(10, 80)
    meter.show()

    meter.show_levels((1.5, 0.5), 0.03)
    lamps = [meter.has_clipped]
    assert "clipped" in meter.accessibleDescription()

    QTest.mouseClick(meter, Button.LeftButton)
    lamps.append(meter.has_clipped)
    assert lamps == [True, False]
    assert meter.accessibleDescription() == "silent"


def test_meter_comes_to_rest_in_silence(qtbot: QtBot) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.show_levels((0.5, 0.5), 0.03)

    for _ in range(10):
        meter.show_levels((0.0, 0.0), HOLD_SECONDS)

    assert meter.is_at_rest
    assert meter.accessibleDescription() == "silent"
