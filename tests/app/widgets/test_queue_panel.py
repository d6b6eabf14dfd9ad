from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase, Replacement, SongStatus
from app.widgets.actions import Actions
from app.widgets.queue_delegate import status_lines
from app.widgets.queue_model import ROW_FORMAT, QueueModel
from app.widgets.queue_panel import QueuePanel
from app.widgets.queue_summary import summarise
from app.widgets.status_text import remember_models, status_text
from app.widgets.text_fitting import wrapped_lines
from app.workers.queue_estimate import QueueEstimate
from engine.errors import EngineError, NotAudioError
from engine.model_card import ModelCard
from engine.model_library import ModelEntry


@pytest.fixture
def session(qapp: object) -> Session:
    session = Session()
    for name in ("one", "two", "three"):
        session.add(Song(Path(name), Path(f"{name}.wav")))
    return session


def titles(session: Session) -> list[str]:
    return [song.title for song in session.songs]


def drop(model: QueueModel, source: int, target: int) -> None:
    data = model.mimeData([model.index(source)])
    model.dropMimeData(data, Qt.DropAction.MoveAction, target, 0, QModelIndex())


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (0, 3, ["two", "three", "one"]),
        (0, 2, ["two", "one", "three"]),
        (2, 0, ["three", "one", "two"]),
        (1, 1, ["one", "two", "three"]),
        (1, -1, ["one", "three", "two"]),
    ],
)
def test_a_dragged_song_lands_where_it_was_dropped(
    session: Session, source: int, target: int, expected: list[str]
) -> None:
    drop(QueueModel(session), source, target)

    assert titles(session) == expected


def test_files_are_no_rows_of_the_queue(session: Session) -> None:
    files = QMimeData()
    files.setText("song.wav")
    model = QueueModel(session)

    assert model.mimeTypes() == [ROW_FORMAT]
    assert not model.canDropMimeData(files, Qt.DropAction.MoveAction, 0, 0, QModelIndex())


def test_a_screen_reader_hears_where_a_song_stands(session: Session) -> None:
    model = QueueModel(session)
    session.songs[1].set_status(
        SongStatus(phase=Phase.SEPARATING, fraction=0.42, elapsed_seconds=7, remaining_seconds=10)
    )

    text = model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)

    assert text == "two, Separating 42 % · 10 s left · 7 s so far"


def test_a_change_repaints_only_its_row(session: Session, qtbot: QtBot) -> None:
    model = QueueModel(session)

    with qtbot.waitSignal(model.dataChanged) as changed:
        session.songs[2].set_status(SongStatus(phase=Phase.DONE))

    assert changed.args is not None
    assert changed.args[0].row() == changed.args[1].row() == 2


def test_the_selected_row_is_the_song_on_screen(session: Session, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    panel = QueuePanel(session, Actions(window), window)

    panel.view.setCurrentIndex(panel.view.model().index(2, 0))
    assert session.current is session.songs[2]

    session.set_current(session.songs[0])
    assert panel.view.currentIndex().row() == 0

    session.remove(session.songs[0])
    assert session.current is session.songs[0]
    assert panel.view.currentIndex().row() == 0


def test_songs_are_counted_by_where_they_stand() -> None:
    summary = summarise(
        [
            SongStatus(phase=Phase.DONE, elapsed_seconds=10),
            SongStatus(phase=Phase.SEPARATING, elapsed_seconds=5, remaining_seconds=15),
            SongStatus(phase=Phase.WAITING),
            SongStatus(phase=Phase.FAILED, error=EngineError("Bad.")),
        ]
    )

    assert (summary.num_songs, summary.num_ready, summary.num_failed) == (4, 1, 1)
    assert summary.num_unfinished == 2
    assert summary.elapsed_seconds == 15


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (QueueEstimate(seconds=15.0), "15 s left · 5 s so far"),
        (QueueEstimate(num_unknown=3), "estimating… · 5 s so far"),
        (
            QueueEstimate(seconds=15.0, num_unknown=2),
            "15 s left · 5 s so far\nwithout 2 song(s) of unknown length",
        ),
    ],
)
def test_the_time_left_stands_before_the_time_so_far_and_says_what_it_leaves_out(
    session: Session, qtbot: QtBot, estimate: QueueEstimate, expected: str
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    panel = QueuePanel(session, Actions(window))
    qtbot.addWidget(panel)
    session.songs[0].set_status(
        SongStatus(phase=Phase.SEPARATING, elapsed_seconds=5, remaining_seconds=900)
    )
    panel.show_estimate(estimate)
    texts = [label.text() for label in panel.findChildren(QLabel)]
    assert any(text.endswith(expected) for text in texts)


def test_songs_that_are_paused_are_not_promised_and_go_on_together(
    session: Session, qtbot: QtBot
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    panel = QueuePanel(session, actions)
    qtbot.addWidget(panel)
    assert panel.resume_button.isHidden()
    assert not actions.resume_all.isEnabled()
    session.songs[0].set_status(SongStatus(phase=Phase.DONE, elapsed_seconds=13))
    for song in session.songs[1:]:
        song.set_status(SongStatus(phase=Phase.PAUSED, fraction=0.5))
    wanted: list[bool] = []
    actions.resume_all.triggered.connect(lambda: wanted.append(True))

    panel.resume_button.click()

    assert "3 song(s) · 2 paused" in [label.text() for label in panel.findChildren(QLabel)]
    assert wanted == [True]


def test_songs_that_failed_are_tried_again_together(session: Session, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(window)
    panel = QueuePanel(session, actions)
    qtbot.addWidget(panel)
    assert not actions.retry_all.isEnabled()
    for num_failed, song in enumerate(session.songs[:2], start=1):
        song.set_status(SongStatus(phase=Phase.FAILED, error=EngineError("Bad.")))
        assert panel.retry_button.isHidden() == (num_failed == 1)  # which has its own
    text = SongStatus(phase=Phase.FAILED, error=NotAudioError("It is a text file."))
    session.songs[2].set_status(text)
    assert summarise(song.status for song in session.songs).num_repeatable == 2
    wanted: list[bool] = []
    actions.retry_all.triggered.connect(lambda: wanted.append(True))

    panel.retry_button.click()

    assert wanted == [True]


def test_a_queue_that_rests_has_nothing_to_go() -> None:
    summary = summarise(
        [
            SongStatus(phase=Phase.DONE, elapsed_seconds=13),
            SongStatus(phase=Phase.PAUSED, fraction=0.5, elapsed_seconds=5),
        ]
    )

    assert (summary.num_unfinished, summary.num_paused) == (0, 1)


def test_several_songs_are_marked_in_the_order_of_the_queue(session: Session, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    panel = QueuePanel(session, Actions(window), window)
    select = panel.view.selectionModel().select
    assert list(panel.selected_songs) == [session.songs[0]]

    panel.view.setCurrentIndex(panel.view.model().index(2, 0))
    select(panel.view.model().index(0, 0), QItemSelectionModel.SelectionFlag.Select)

    assert list(panel.selected_songs) == [session.songs[0], session.songs[2]]
    assert session.current is session.songs[2]


@given(text=st.text("ab. ", max_size=60), width=st.integers(40, 400))
def test_a_reason_is_wrapped_and_loses_only_its_end(text: str, width: int) -> None:
    metrics = QFontMetrics(QFont())

    lines = wrapped_lines(text, metrics, width, 2)

    assert len(lines) <= 2
    if all("…" not in line for line in lines):
        assert " ".join(lines) == text


def test_a_long_reason_keeps_its_beginning(qapp: object) -> None:
    metrics = QFontMetrics(QFont())
    text = "Failed: “cut.mp3” could not be opened: it ends too early, like an interrupted download."
    width = metrics.horizontalAdvance(text) // 2 + metrics.averageCharWidth() * 8

    assert " ".join(wrapped_lines(text, metrics, width, 2)) == text
    first, second = wrapped_lines(text, metrics, width // 2, 2)
    assert text.startswith(f"{first} {second.removesuffix('…')}")


def test_a_model_is_named_without_its_stems() -> None:
    card = ModelCard(
        method="draft",
        title="Instant draft: drums, bass",
        stem_names=("drums", "bass"),
        sample_rate=8000,
        channels=2,
        window_frames=1,
        context_frames=0,
        config={},
    )
    entry = ModelEntry(name="shortened", path=Path("shortened"), num_bytes=1, card=card)
    remember_models([entry])
    replacement = Replacement(model_name="shortened", fraction=0.06)

    text = status_text(SongStatus(phase=Phase.PAUSED, fraction=0.06, replacement=replacement))

    assert text == "Paused: 6 % replaced by Instant draft"


NOTES = NotAudioError("“Notes of Tuesday.txt” could not be opened: It is a text file.")
RESTING = (
    SongStatus(phase=Phase.FAILED, error=NOTES),
    SongStatus(
        phase=Phase.PAUSED,
        fraction=0.7,
        replacement=Replacement(model_name="Some model", fraction=0.7),
    ),
)


@pytest.mark.parametrize("status", RESTING, ids=lambda status: status.phase.name)
def test_why_a_song_failed_and_where_one_rests_is_said_in_full(status: SongStatus) -> None:
    metrics = QFontMetrics(QFont())
    width = metrics.averageCharWidth() * 28

    assert " ".join(status_lines(status, metrics, width)) == status_text(status)


def test_a_row_is_as_high_as_its_lines_need_in_the_width_of_the_queue(
    session: Session, qtbot: QtBot
) -> None:
    window = QMainWindow()
    panel = QueuePanel(session, Actions(window))
    qtbot.addWidget(window)
    window.setCentralWidget(panel)
    session.songs[0].set_status(RESTING[0])
    character = panel.fontMetrics().averageCharWidth()
    heights = []
    window.resize(character * 150, 600)
    window.show()
    for characters in (140, 40, 140):
        panel.view.setFixedWidth(character * characters)
        QApplication.processEvents()
        first, second, third = (
            panel.view.visualRect(panel.view.model().index(row, 0)).top() for row in range(3)
        )
        heights.append((second - first, third - second))

    (wide, one_line), (narrow, other), again = heights
    assert wide == one_line == other < narrow
    assert again == (wide, one_line)


def test_a_running_song_has_one_line_however_narrow_it_is(qapp: object) -> None:
    metrics = QFontMetrics(QFont())
    running = SongStatus(phase=Phase.SEPARATING, fraction=0.5, remaining_seconds=100)
    for width in range(20, 400, 20):
        assert len(status_lines(running, metrics, width)) == 1
