from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.timeline_view import TimelineView
from tests.app.widgets.fake_transport import FakeTransport
from tests.app.widgets.made_songs import made_song, made_track
from tests.app.widgets.timeline.acting import (
    NONE,
    RATE,
    SECONDS,
    Button,
    at,
    audio,
    drag,
    turn_wheel,
    wave,
)

Key = Qt.Key


def test_lanes_stand_in_order_original_stems_residual(view: TimelineView) -> None:
    assert view.stack.names == (MIX_LANE, "vocals", "drums", "residual")
    tops = [row.mapTo(view, QPoint()).y() for row in view.stack.rows]
    assert tops == sorted(tops)


def test_lanes_share_the_height(view: TimelineView) -> None:
    heights = [row.height() for row in view.stack.rows]

    assert max(heights) - min(heights) <= 1
    assert sum(heights) == view.stack.viewport().height()


def test_lanes_scroll_when_they_need_more_room(view: TimelineView, qtbot: QtBot) -> None:
    view.resize(view.width(), 200)

    qtbot.waitUntil(lambda: view.stack.overflows)
    assert view.stack.scroll_bar.isVisible()
    for row in view.stack.rows:
        assert row.height() >= row.minimumSizeHint().height()

    turn_wheel(view, MIX_LANE, 50, -2)

    assert view.stack.scroll_bar.value() > 0


def test_new_stems_replace_old_ones_and_the_original_keeps_its_lane(
    view: TimelineView, song: Song
) -> None:
    original = view.stack.row(MIX_LANE)
    view.select_lane("drums")

    song.set_stems((made_track("bass", audio()),), model_name="better")

    assert view.stack.names == (MIX_LANE, "bass")
    assert view.stack.row(MIX_LANE) is original
    assert view.selected_lane == MIX_LANE


def test_a_song_that_is_not_open_yet_gets_its_lane_when_it_opens(
    view: TimelineView, song: Song
) -> None:
    waiting = Song(song.folder, song.source)
    view.set_song(waiting)
    before = view.stack.names

    assert song.facts is not None
    waiting.open(song.facts, song.track(MIX_LANE))

    assert (before, view.stack.names) == ((), (MIX_LANE,))
    assert view.axis.num_frames == RATE * SECONDS


def test_no_song_leaves_an_empty_timeline(view: TimelineView) -> None:
    view.set_song(None)

    assert view.stack.names == ()
    assert view.selected_lane is None
    view.zoom_in()
    view.zoom_to_selection()
    view.change_gain(1.0)
    QTest.keyClick(view, Key.Key_Down)


def test_an_old_song_no_longer_reaches_the_timeline(view: TimelineView, song: Song) -> None:
    view.set_song(None)

    song.set_stems((), model_name="")
    mix_changes.toggle_mute(song, "drums")

    assert view.stack.names == ()


def test_a_fader_is_long_enough_to_aim_at_half_a_decibel(view: TimelineView) -> None:
    header = view.stack.row("drums").header

    assert header.fader.width() >= 0.6 * header.width()
    assert header.title.width() > header.fontMetrics().horizontalAdvance("Drums")
    for control in (header.pan, header.pan_label, header.mute, header.solo, header.field):
        assert control.width() >= control.minimumSizeHint().width()


def test_the_originals_lane_can_be_low(view: TimelineView, qtbot: QtBot) -> None:
    original = view.stack.row(MIX_LANE)

    original.header.collapse.click()

    qtbot.waitUntil(lambda: original.height() == original.header.collapsed_height())
    assert view.stack.row("drums").height() > 3 * original.height()


def test_touching_a_lane_selects_it(view: TimelineView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.selected_lane_changed) as blocker:
        QTest.mouseClick(wave(view, "drums"), Button.LeftButton, NONE, at(view, 10))

    assert blocker.args == ["drums"]
    assert view.selected_lane == "drums"


def test_up_and_down_change_the_lane_with_the_keyboard(view: TimelineView) -> None:
    view.activateWindow()
    wave(view, MIX_LANE).setFocus()

    QTest.keyClick(wave(view, MIX_LANE), Key.Key_Down)
    assert view.selected_lane == "vocals"
    assert wave(view, "vocals").hasFocus()

    QTest.keyClick(wave(view, "vocals"), Key.Key_Up)
    QTest.keyClick(wave(view, MIX_LANE), Key.Key_Up)
    assert view.selected_lane == MIX_LANE


def test_controls_write_into_the_song_and_show_its_undo(view: TimelineView, song: Song) -> None:
    header = view.stack.row("drums").header

    header.mute.click()
    header.solo.click()
    header.field.setValue(-6.0)
    header.pan.setValue(-30)

    lane = song.state.lane("drums")
    assert (lane.muted, lane.soloed, lane.gain_db, lane.pan) == (True, True, -6.0, -0.3)
    assert header.fader.value() == -60
    assert header.pan_label.text() == "L30"

    for _ in range(4):
        song.undo()
    assert not header.mute.isChecked()
    assert not header.solo.isChecked()
    assert header.field.value() == 0.0
    assert header.pan.value() == 0


def test_alt_click_on_solo_leaves_one_soloed_lane(
    view: TimelineView, song: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    mix_changes.toggle_solo(song, "vocals")
    header = view.stack.row("drums").header
    monkeypatch.setattr(
        "app.widgets.lane_header.QGuiApplication.keyboardModifiers",
        lambda: Qt.KeyboardModifier.AltModifier,
    )

    header.solo.click()

    assert song.state.lane("drums").soloed
    assert not song.state.lane("vocals").soloed
    assert header.solo.isChecked()


def test_dragging_a_fader_is_one_step_of_undo(view: TimelineView, song: Song) -> None:
    fader = view.stack.row("drums").header.fader
    middle = fader.height() // 2
    drag(fader, QPoint(fader.width() - 20, middle), QPoint(10, middle))
    first = song.state.lane("drums").gain_db
    drag(fader, QPoint(20, middle), QPoint(fader.width() - 30, middle))

    song.undo()
    assert song.state.lane("drums").gain_db == first
    song.undo()
    assert song.state.lane("drums").gain_db == 0.0
    assert song.undo_text == ""


def test_the_fader_of_the_selected_lane_moves(view: TimelineView, song: Song) -> None:
    view.select_lane("drums")

    view.change_gain(0.5)

    assert song.state.lane("drums").gain_db == 0.5


def test_listening_to_the_original_switches_the_monitor(
    view: TimelineView, transport: FakeTransport
) -> None:
    listen = view.stack.row(MIX_LANE).header.listen

    listen.click()
    assert transport.monitor == "original"
    transport.set_monitor("stems")

    assert not listen.isChecked()


def test_audio_that_arrives_in_view_is_drawn(view: TimelineView, song: Song) -> None:
    track = made_track("bass", audio(), done=FrameRange(0, 10))
    song.set_stems((track,), model_name="draft")
    lane = wave(view, "bass")
    before = lane.grab().toImage()
    assert "0 % separated" in lane.accessibleDescription()

    track.mark_done(FrameRange(0, RATE * SECONDS))
    song.report_audio("bass", FrameRange(0, RATE * SECONDS))

    assert lane.grab().toImage() != before
    assert "separated" not in lane.accessibleDescription()


def test_audio_that_arrives_out_of_view_redraws_nothing(view: TimelineView, song: Song) -> None:
    view._control.show_range(FrameRange(0, RATE))
    lane = wave(view, "drums")
    lane.grab()
    picture = lane._picture

    song.report_audio("drums", FrameRange(90 * RATE, 91 * RATE))

    assert picture is not None
    assert lane._picture is picture


def test_spectrogram_comes_and_goes(view: TimelineView, qtbot: QtBot) -> None:
    lane = wave(view, "drums")
    waveform = lane.grab().toImage()

    view.set_spectrogram_visible("drums", True)
    lane.grab()
    qtbot.wait(10)
    qtbot.waitUntil(lambda: lane.grab().toImage().pixelColor(500, 5).lightness() > 40, timeout=9000)
    assert view.is_spectrogram_visible("drums")
    assert lane.accessibleName().startswith("Spectrogram")

    view.set_spectrogram_visible("drums", False)
    assert lane.grab().toImage() == waveform


def test_every_control_has_a_name_and_a_tip(view: TimelineView) -> None:
    controls = [
        widget
        for widget in view.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]

    assert len(controls) > 20
    nameless = [widget for widget in controls if not widget.accessibleName()]
    assert nameless == []
    tipless = [
        widget
        for widget in view.findChildren(QAbstractButton)
        if widget.isVisible() and not widget.toolTip()
    ]
    assert tipless == []


def test_lanes_say_what_they_are_and_do(view: TimelineView, song: Song) -> None:
    lane = song.state.lane("drums")
    song.change_lane("drums", replace(lane, muted=True, gain_db=-6.0, pan=0.5), "")

    assert wave(view, "drums").accessibleDescription() == "Drums, muted, −6.0 dB, pan 50 % right"
    mix_changes.toggle_solo(song, "vocals")
    assert wave(view, "vocals").accessibleDescription() == "Vocals, soloed, 0.0 dB"
    assert "silent because of a solo" in wave(view, "residual").accessibleDescription()


def test_muted_and_unsoloed_lanes_are_marked_by_different_texts(
    view: TimelineView, song: Song
) -> None:
    lane = wave(view, "drums")
    heard = lane.grab().toImage()
    mix_changes.toggle_mute(song, "drums")
    muted = lane.grab().toImage()
    mix_changes.toggle_mute(song, "drums")
    mix_changes.toggle_solo(song, "vocals")
    silent = lane.grab().toImage()

    assert heard != muted
    assert muted != silent


def test_progress_of_a_lane_is_told_in_words(view: TimelineView, song: Song) -> None:
    track = made_track("bass", audio())
    track.done = FrameRanges((FrameRange(0, 30 * RATE),))
    song.set_stems((track,), model_name="draft")

    assert wave(view, "bass").accessibleDescription() == "Bass, 0.0 dB, 30 % separated"


def test_the_residuals_lane_is_low_while_nothing_is_left_over(
    view: TimelineView, qtbot: QtBot
) -> None:
    noise_TC, silence_TC = audio(), np.zeros_like(audio())
    song = made_song(
        {MIX_LANE: noise_TC, "drums": noise_TC, "residual": silence_TC}, sample_rate=RATE
    )
    view.set_song(song)
    row = view.stack.row("residual")
    header = row.header
    qtbot.waitUntil(lambda: row.height() == header.collapsed_height())
    assert header.title.text() == "Residual: nothing left"
    assert not header.fader.isVisible()
    assert not header.mute.isVisible()

    header.collapse.click()  # the user wants to see it, and it stays so
    song.report_audio("residual", FrameRange(0, 10))
    qtbot.waitUntil(lambda: row.height() > 2 * header.collapsed_height())
    assert header.fader.isVisible()
    header.collapse.click()

    song.begin_remaking(model_name="draft", residual="separate", separated=FrameRanges())
    qtbot.waitUntil(lambda: row.height() > 2 * header.collapsed_height())
    assert header.title.text() == "Residual"


def test_the_lane_of_a_residual_that_is_shared_out_does_not_move_the_others_when_audio_comes(
    view: TimelineView, qtbot: QtBot
) -> None:
    noise_TC, silence_TC = audio(), np.zeros_like(audio())
    song = made_song({MIX_LANE: noise_TC}, sample_rate=RATE)
    stems = tuple(
        made_track(name, samples_TC, done=FrameRange(0, 1))
        for name, samples_TC in (("drums", noise_TC), ("residual", silence_TC))
    )
    for stem in stems:
        stem.done = FrameRanges()
    song.set_stems(stems, model_name="draft", residual="fold")
    view.set_song(song)
    row, drums = view.stack.row("residual"), view.stack.row("drums")
    qtbot.waitUntil(lambda: row.height() == row.header.collapsed_height())
    assert row.header.title.text() == "Residual"
    before = drums.geometry()

    for stem in stems:
        stem.mark_done(FrameRange(0, 1000))
        song.report_audio(stem.name, FrameRange(0, 1000))
    qtbot.waitUntil(lambda: row.header.title.text() == "Residual: nothing left")

    assert drums.geometry() == before


class Painted(QObject):
    """Which widgets below a view are painted."""

    def __init__(self, view: TimelineView) -> None:
        super().__init__()
        self.kinds: set[str] = set()
        for widget in view.findChildren(QWidget):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.kinds.add(type(watched).__name__)
        return False


def test_a_gain_repaints_its_fader_and_no_picture_ruler_knob_or_meter(
    view: TimelineView, song: Song, qtbot: QtBot
) -> None:
    mix_changes.set_gain(song, "drums", -1.0)
    qtbot.wait(20)
    painted = Painted(view)

    mix_changes.set_gain(song, "drums", -6.0)
    qtbot.waitUntil(lambda: "GainFader" in painted.kinds)
    qtbot.wait(20)

    assert not painted.kinds & {"LaneWaveform", "TimeRuler", "PanKnob", "LevelMeter"}


def test_a_colour_that_the_user_chooses_is_seen_in_all_of_the_head(
    view: TimelineView, song: Song, qtbot: QtBot
) -> None:
    qtbot.wait(20)
    painted = Painted(view)

    mix_changes.recolour_lane(song, "drums", "#123456")

    wanted = {"LaneHeader", "GainFader", "PanKnob", "LevelMeter", "LaneWaveform"}
    qtbot.waitUntil(lambda: wanted <= painted.kinds)
