from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.widgets import key_guard
from app.widgets.action_button import ActionButton
from app.widgets.go_to_time import GoToTimeDialog
from app.widgets.title_field import TitleField
from tests.app.widgets.studio_window import RATE, StudioWindow, studio_window


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        studio.window.show()
        qtbot.waitExposed(studio.window)
        studio.window.activateWindow()
        studio.add_song()
        studio.window.timeline.stack.row("drums").waveform.setFocus()
        yield studio


def press(
    studio: StudioWindow,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    focus = studio.window.focusWidget() or studio.window
    QTest.keyClick(focus, key, modifier)


def monitor(studio: StudioWindow) -> str:
    return studio.transport.monitor


def test_no_key_means_two_things(studio: StudioWindow) -> None:
    owners: dict[str, str] = {}
    for action in studio.window.actions_.findChildren(QAction):
        for sequence in action.shortcuts():
            key = sequence.toString()
            assert key not in owners, f"{key}: {owners[key]} and {action.text()}"
            owners[key] = action.text()
    assert len(owners) > 60


def test_every_action_is_in_a_menu(studio: StudioWindow) -> None:
    def walk(actions: list[QAction]) -> Iterator[QAction]:
        for action in actions:
            menu = action.menu()
            if menu is not None:
                yield from walk(menu.actions())  # type: ignore[attr-defined]
            yield action

    reachable = set(walk(studio.window.menuBar().actions()))
    lane_menu_only = {studio.window.actions_.show_lane_file}
    missing = set(studio.window.actions_.findChildren(QAction)) - reachable - lane_menu_only

    assert {action.text() for action in missing} == set()


def test_space_plays_and_pauses(studio: StudioWindow) -> None:
    press(studio, Qt.Key.Key_Space)
    assert studio.transport.is_playing

    press(studio, Qt.Key.Key_Space)
    assert not studio.transport.is_playing


def test_arrows_go_a_second_and_five_with_shift(studio: StudioWindow) -> None:
    press(studio, Qt.Key.Key_Right)
    press(studio, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert studio.transport.position == 6 * RATE

    press(studio, Qt.Key.Key_Left)
    assert studio.transport.position == 5 * RATE


def test_arrows_with_ctrl_go_ten_milliseconds(studio: StudioWindow) -> None:
    studio.transport.seek(5 * RATE)

    for _ in range(3):
        press(studio, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    press(studio, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)

    assert studio.transport.position == 5 * RATE + 2 * RATE // 100


def test_a_typed_time_is_gone_to(studio: StudioWindow) -> None:
    studio.transport.seek(RATE)
    press(studio, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = studio.window.findChildren(GoToTimeDialog)
    assert dialog.field.text() == "0:01.000"
    ok = dialog._buttons.button(QDialogButtonBox.StandardButton.Ok)

    for text, is_time in (("5:00", False), ("soon", False), ("", False), ("0:05,72", True)):
        dialog.field.setText(text)
        assert ok.isEnabled() == is_time
    ok.click()

    assert studio.transport.position == round(5.72 * RATE)


def test_a_click_on_the_time_asks_for_another(studio: StudioWindow) -> None:
    QTest.mouseClick(studio.window.transport_bar._time, Qt.MouseButton.LeftButton)

    (dialog,) = studio.window.findChildren(GoToTimeDialog)
    dialog.reject()


def test_letters_mute_and_solo_the_selected_stem(studio: StudioWindow) -> None:
    song = studio.session.songs[0]
    studio.window.timeline.select_lane("bass")

    press(studio, Qt.Key.Key_M)
    press(studio, Qt.Key.Key_S)

    assert song.state.lane("bass").muted
    assert song.state.lane("bass").soloed
    assert studio.window.actions_.undo.text() == "&Undo: Solo Bass"


def test_f2_renames_the_original_too(studio: StudioWindow, qtbot: QtBot) -> None:
    song = studio.session.songs[0]
    studio.window.timeline.select_lane("mix")

    press(studio, Qt.Key.Key_F2)
    (field,) = studio.window.findChildren(TitleField)
    QTest.keyClicks(field, "Demo of Tuesday")
    QTest.keyClick(field, Qt.Key.Key_Return)

    assert song.state.lane("mix").title == "Demo of Tuesday"
    assert studio.window.timeline.stack.row("mix").header.title.text() == "Demo of Tuesday"


def test_numbers_solo_and_mute_by_place(studio: StudioWindow) -> None:
    song = studio.session.songs[0]

    press(studio, Qt.Key.Key_2)
    studio.window.actions_.mute_numbers[3].trigger()

    assert song.state.lane("bass").soloed
    assert song.state.lane("vocals").muted


def test_letters_stay_in_a_text_field(studio: StudioWindow, qtbot: QtBot) -> None:
    field = QLineEdit(studio.window)
    field.show()
    field.setFocus()
    song = studio.session.songs[0]
    before = song.state

    for key in (Qt.Key.Key_M, Qt.Key.Key_S, Qt.Key.Key_Space, Qt.Key.Key_1, Qt.Key.Key_Left):
        QTest.keyClick(field, key)

    assert field.text() == "ms 1"
    assert song.state == before
    assert not studio.transport.is_playing


def test_return_presses_the_button_that_tab_has_reached_and_space_plays(
    studio: StudioWindow,
) -> None:
    action = studio.window.actions_.loop
    button = next(
        each for each in studio.window.findChildren(ActionButton) if each.defaultAction() is action
    )
    button.setFocus(Qt.FocusReason.TabFocusReason)

    QTest.keyClick(button, Qt.Key.Key_Return)

    assert studio.session.songs[0].state.is_looping
    assert not studio.transport.is_playing

    QTest.keyClick(button, Qt.Key.Key_Space)

    assert studio.session.songs[0].state.is_looping
    assert studio.transport.is_playing


def test_return_opens_the_list_that_tab_has_reached_and_space_plays(
    studio: StudioWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = studio.window.separation.residuals
    opened: list[bool] = []
    monkeypatch.setattr(QComboBox, "showPopup", lambda _: opened.append(True))
    models.setFocus(Qt.FocusReason.TabFocusReason)

    QTest.keyClick(models, Qt.Key.Key_Space)
    assert studio.transport.is_playing
    assert opened == []

    QTest.keyClick(models, Qt.Key.Key_Return)
    assert opened == [True]


def test_a_click_leaves_space_to_the_transport(studio: StudioWindow) -> None:
    button = next(iter(studio.window.transport_bar.findChildren(ActionButton)))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    press(studio, Qt.Key.Key_Space)

    assert studio.transport.is_playing


def test_the_volume_takes_its_arrows_for_itself(studio: StudioWindow) -> None:
    volume = studio.window.transport_bar.volume
    volume.setFocus(Qt.FocusReason.TabFocusReason)

    QTest.keyClick(volume, Qt.Key.Key_Left)

    assert studio.transport.monitor_gain_db == -1
    assert studio.transport.position == 0


def test_a_tap_on_b_changes_to_the_original_and_stays(studio: StudioWindow) -> None:
    press(studio, Qt.Key.Key_B)
    assert monitor(studio) == "original"

    press(studio, Qt.Key.Key_B)
    assert monitor(studio) == "stems"


def test_b_held_down_is_the_original_only_meanwhile(
    studio: StudioWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(key_guard, "monotonic", lambda: now)
    focus = studio.window.focusWidget()
    QTest.keyPress(focus, Qt.Key.Key_B)
    assert monitor(studio) == "original"

    now = key_guard.HOLD_SECONDS + 0.1
    QTest.keyRelease(focus, Qt.Key.Key_B)

    assert monitor(studio) == "stems"


def test_the_residual_is_heard_alone_and_not_any_more(
    studio: StudioWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str | None] = []
    monkeypatch.setattr(studio.transport, "solo_lane_momentarily", heard.append)

    press(studio, Qt.Key.Key_R)
    press(studio, Qt.Key.Key_R)

    assert heard == ["residual", None]


def test_loop_edges_are_set_at_the_playhead(studio: StudioWindow) -> None:
    song = studio.session.songs[0]
    studio.transport.seek(2 * RATE)
    press(studio, Qt.Key.Key_I)
    studio.transport.seek(4 * RATE)
    press(studio, Qt.Key.Key_O)

    assert song.state.is_looping
    selection = song.state.selection
    assert selection is not None
    assert (selection.start, selection.stop) == (2 * RATE, 4 * RATE)

    press(studio, Qt.Key.Key_Escape)
    assert song.state.selection == selection

    shift_ctrl = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(studio, Qt.Key.Key_A, shift_ctrl)
    assert song.state.selection is None


def test_undo_and_redo_say_what_they_would_do(studio: StudioWindow) -> None:
    actions = studio.window.actions_
    assert not actions.undo.isEnabled()
    studio.window.timeline.select_lane("drums")
    actions.mute.trigger()

    assert actions.undo.text() == "&Undo: Mute Drums"
    actions.undo.trigger()

    assert not studio.session.songs[0].state.lane("drums").muted
    assert actions.redo.text() == "&Redo: Mute Drums"
    assert not actions.mute.isChecked()


def test_space_plays_as_soon_as_the_first_song_is_there(qtbot: QtBot) -> None:
    with studio_window() as studio:
        studio.window.show()
        qtbot.waitExposed(studio.window)
        studio.window.activateWindow()
        qtbot.waitUntil(studio.window.isActiveWindow)
        studio.window.welcome.open_button.setFocus()
        studio.add_song()

        press(studio, Qt.Key.Key_Space)

        assert studio.transport.is_playing
        press(studio, Qt.Key.Key_Down)
        assert studio.window.timeline.selected_lane == "drums"
