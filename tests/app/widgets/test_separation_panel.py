from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QStyleOptionComboBox, QToolTip
from pytestqt.qtbot import QtBot

from app.model.song import Song
from app.model.song_status import Phase, Preparation, Replacement, SongStatus, Step
from app.widgets.action_button import ActionButton
from app.widgets.elided_combo import ElidedCombo
from app.widgets.progress_line import ProgressLine
from app.widgets.status_text import short_status_texts, status_text
from app.widgets.text_fitting import fitting_text
from engine.errors import EngineError, NotAudioError
from engine.serving_messages import DeviceFound
from tests.app.widgets.studio_window import studio_window


@pytest.mark.parametrize(
    ("preparation", "text"),
    [(Preparation.ENGINE, "Starting the engine…"), (Preparation.MODEL, "Loading the model…")],
)
def test_the_panel_says_what_a_separation_waits_for(
    qtbot: QtBot, preparation: Preparation, text: str
) -> None:
    with studio_window() as studio:
        song, panel = studio.add_song(), studio.window.separation
        song.set_status(SongStatus(phase=Phase.SEPARATING, preparation=preparation))

        assert panel._status.text() == text
        assert panel.progress.accessibleDescription() == text
        assert panel.progress.is_endless

        step = Step(model_name="better", number=2, count=2)
        status = SongStatus(
            phase=Phase.SEPARATING, fraction=0.25, preparation=preparation, step=step
        )
        song.set_status(status)  # what was done before is not taken back
        assert panel._status.text() == f"Separating 25 % · {text}"
        assert panel.progress.value() == panel.progress.maximum() // 4

        song.set_status(SongStatus(phase=Phase.SEPARATING, fraction=0.25))
        assert panel._status.text().startswith("Separating 25 %")
        assert panel.progress.value() == panel.progress.maximum() // 4


def test_a_paused_song_does_not_say_that_it_waits() -> None:
    assert status_text(SongStatus(phase=Phase.PAUSED, fraction=0.5)) == "Paused at 50 %"


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        (Phase.PAUSED, "Paused: 37 % replaced by best"),
        (Phase.CANCELLED, "Cancelled: 37 % replaced by best"),
    ],
)
def test_an_interrupted_better_model_says_how_far_it_came(phase: Phase, text: str) -> None:
    replacement = Replacement(model_name="best", fraction=0.375)

    assert status_text(SongStatus(phase=phase, fraction=0.375, replacement=replacement)) == text


def test_a_share_of_all_and_the_share_that_is_replaced_are_told_apart() -> None:
    status = SongStatus(
        phase=Phase.PAUSED,
        fraction=0.6,
        replacement=Replacement(model_name="best", fraction=0.375),
    )

    assert status_text(status) == "Paused at 60 % · 37 % replaced by best"


def test_which_of_several_separations_runs_or_comes_next_is_said() -> None:
    step = Step(model_name="best", number=2, count=2)
    status = SongStatus(
        phase=Phase.SEPARATING, fraction=0.6, elapsed_seconds=61, remaining_seconds=40, step=step
    )
    assert status_text(status) == "Separating 60 % · best (2 of 2) · 40 s left · 1 min 1 s so far"
    assert short_status_texts(status) == (
        "60 % · best (2 of 2) · 40 s left",
        "60 % · best · 40 s left",
        "60 % · 40 s left",
        "60 %",
    )

    loading = replace(status, preparation=Preparation.MODEL)
    assert short_status_texts(loading)[1:] == ("60 % · Loading the model…", "60 %")
    waiting = SongStatus(phase=Phase.WAITING, fraction=0.6, elapsed_seconds=61, step=step)
    assert status_text(waiting) == "Waiting at 60 % · best (2 of 2)"
    alone = replace(status, step=Step(model_name="best", number=1, count=1))
    assert status_text(alone) == "Separating 60 % · 40 s left · 1 min 1 s so far"


def test_the_line_above_the_lanes_is_shortened_whole_where_it_has_no_room(qtbot: QtBot) -> None:
    step = Step(model_name="A model with a name of very many words indeed", number=2, count=2)
    status = SongStatus(
        phase=Phase.SEPARATING, fraction=0.6, elapsed_seconds=61, remaining_seconds=40, step=step
    )
    with studio_window() as studio:
        song, panel = studio.add_song(), studio.window.separation
        song.set_status(status)
        label = panel._status
        studio.window.show()
        for width in (1600, 900, 1600):
            studio.window.resize(width, 700)
            is_whole = width == 1600
            qtbot.waitUntil(partial(_says_it_whole, label, status_text(status), is_whole))
            assert label.text() in (status_text(status), *short_status_texts(status))
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
            assert label.toolTip() == status_text(status)


def _says_it_whole(label: QLabel, text: str, is_whole: bool) -> bool:
    return (label.text() == text) is is_whole


def test_why_a_song_failed_is_shortened_at_its_end_above_the_lanes(qtbot: QtBot) -> None:
    error = EngineError("There is not enough memory to separate a mix of this length. " * 4)
    status = SongStatus(phase=Phase.FAILED, error=error)
    with studio_window() as studio:
        song, label = studio.add_song(), studio.window.separation._status
        song.set_status(status)
        studio.window.show()
        studio.window.resize(900, 700)

        qtbot.waitUntil(lambda: label.text().startswith("Failed: There is not enough"))
        assert label.text().endswith("…")
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
        assert label.toolTip() == status_text(status)


def test_a_cancelled_song_says_how_far_it_came() -> None:
    assert status_text(SongStatus(phase=Phase.CANCELLED, fraction=0.5)) == "Cancelled at 50 %"
    assert status_text(SongStatus(phase=Phase.CANCELLED)) == "Cancelled"


class PaintLog(QObject):
    """Remembers what was painted."""

    def __init__(self, names: dict[QObject, str]) -> None:
        super().__init__()
        self.painted: list[str] = []
        self._names = names
        for widget in names:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look only."""
        if event.type() is QEvent.Type.Paint:
            self.painted.append(self._names[watched])
        return False


def test_progress_is_painted_with_the_next_frame_and_not_at_once(qtbot: QtBot) -> None:
    with studio_window() as studio:
        song = studio.add_song()
        log = PaintLog({row.waveform: row.name for row in studio.window.timeline.stack.rows})
        painted = log.painted
        song.set_status(SongStatus(phase=Phase.SEPARATING))
        studio.window.show()
        qtbot.waitUntil(lambda: "mix" in painted)
        QApplication.processEvents()
        painted.clear()
        studio.window.timeline.zoom_in()

        song.set_status(SongStatus(phase=Phase.SEPARATING, fraction=0.5))

        assert painted == []
        qtbot.waitUntil(lambda: "mix" in painted)


def test_endless_work_moves_while_it_is_seen_and_never_looks_complete(qtbot: QtBot) -> None:
    bar = ProgressLine()
    qtbot.addWidget(bar)
    bar.resize(400, 8)
    bar.show_fraction(None)
    assert not bar._timer.isActive()
    bar.show()
    qtbot.waitExposed(bar)
    first = bar.grab().toImage()

    qtbot.waitUntil(lambda: bar.grab().toImage() != first)

    row = [first.pixelColor(x, 4) for x in range(0, 400, 4)]
    lit = [colour == bar.palette().highlight().color() for colour in row]
    assert 0 < sum(lit) < len(lit) / 2
    bar.show_fraction(0.5)
    assert not bar._timer.isActive()
    assert bar.value() == bar.maximum() // 2
    bar.show_fraction(None)
    bar.hide()
    assert not bar._timer.isActive()


def test_another_try_is_offered_with_the_song_that_failed_and_not_with_the_next(
    qtbot: QtBot,
) -> None:
    with studio_window() as studio:
        whole, panel = studio.add_song(), studio.window.separation
        failed = Song(Path("failed"), Path("failed.wav"))
        failed.set_status(SongStatus(phase=Phase.FAILED, error=EngineError("It is empty.")))
        studio.session.add(failed)
        retry = next(
            button
            for button in panel.findChildren(ActionButton)
            if button.defaultAction() is studio.window.actions_.retry_song
        )
        for song in (failed, whole, failed):
            studio.session.set_current(song)
            assert retry.isHidden() == (song is whole)


def test_another_try_is_not_offered_for_what_is_no_audio_file(qtbot: QtBot) -> None:
    with studio_window() as studio:
        page, song = studio.window.failed_page, Song(Path("notes"), Path("notes.txt"))
        error = NotAudioError.unreadable(Path("notes.txt"), "it is a text file")
        song.set_status(SongStatus(phase=Phase.FAILED, error=error))
        page.show_song(song)
        assert page.retry_button.isHidden()
        assert not page.another_button.isHidden()

        song.set_status(SongStatus(phase=Phase.FAILED, error=EngineError("The disk is full.")))
        page.show_song(song)
        assert not page.retry_button.isHidden()


def test_a_long_device_ends_in_an_ellipsis_and_is_whole_in_its_tip(qtbot: QtBot) -> None:
    name = "Some Maker 7B13 64-Core Processor with a long name"
    with studio_window() as studio:
        panel = studio.window.separation
        panel.set_devices((DeviceFound(name="cpu", title=name, reason=""),), "cpu")
        panel.devices.resize(150, panel.devices.height())
        option = QStyleOptionComboBox()

        panel.devices.initStyleOption(option)

        assert option.currentText.startswith("Processor (")
        assert option.currentText.endswith("…")
        assert panel.devices.fontMetrics().horizontalAdvance(option.currentText) < 150
        assert name in panel.devices.toolTip()


def test_the_tip_of_an_entry_stands_below_the_list_and_covers_none_of_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[QPoint, str]] = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, text, _: shown.append((at, text)))
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    for text in ("Shared among the stems", "In a lane of their own"):
        combo.addItem(text)
        combo.setItemData(combo.count() - 1, f"{text}: why", Qt.ItemDataRole.ToolTipRole)
    combo.show()
    view = combo.view()
    at = view.visualRect(view.model().index(0, 0)).center()

    QApplication.sendEvent(
        view.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    )

    assert shown == [(view.mapToGlobal(view.rect().bottomLeft()), "Shared among the stems: why")]


def test_a_narrow_line_has_what_matters_and_nothing_that_is_not_known(qapp: object) -> None:
    status = SongStatus(phase=Phase.SEPARATING, fraction=0.34, elapsed_seconds=2.0)
    assert short_status_texts(status) == ("Separating 34 %", "34 %")
    status = replace(status, remaining_seconds=85.0)
    texts = ("Separating 34 % · 1 min 30 s left", "34 % · 1 min 30 s left", "34 %")
    assert short_status_texts(status) == texts
    metrics = QFontMetrics(QFont())
    for text in texts:
        assert fitting_text(texts, metrics, metrics.horizontalAdvance(text)) == text
    assert fitting_text(texts, metrics, 1) == "34 %"
    done = SongStatus(phase=Phase.DONE, elapsed_seconds=3.0)
    assert short_status_texts(done) == (status_text(done),)


def test_lanes_stay_where_they_are_when_a_separation_ends(qtbot: QtBot) -> None:
    with studio_window() as studio:
        song = studio.add_song()
        song.set_status(SongStatus(phase=Phase.SEPARATING, fraction=0.9))
        studio.window.show()
        qtbot.waitExposed(studio.window)
        top = studio.window.timeline.mapTo(studio.window, QPoint()).y()

        song.set_status(SongStatus(phase=Phase.DONE, elapsed_seconds=10))
        QApplication.processEvents()

        panel = studio.window.separation
        assert not panel.progress.isVisible()
        below = panel.height() - panel.models.geometry().bottom()
        assert below < panel.fontMetrics().height()  # a margin, and no empty row
        assert studio.window.timeline.mapTo(studio.window, QPoint()).y() == top
