"""Dragging out and copying: real files first, then the drag."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.mix_state import LaneState
from app.model.song import Song
from app.widgets import drag_out
from app.widgets.drag_out import DragOut, drag_pixmap, files_mime_data
from engine.errors import EngineError
from tests.app.separated_song import STEMS, separated_song

TIMEOUT_MS = 5_000


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return separated_song(tmp_path)


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def out(widget: QWidget) -> Iterator[DragOut]:
    out = DragOut(widget)
    yield out
    out.stop()


class Drags:
    """Stands for the drag itself, which a mouse without a screen cannot do."""

    def __init__(self) -> None:
        self.files: list[tuple[Path, ...]] = []
        self.all_files_existed = True

    def start(self, widget: QWidget, files: Sequence[Path], pixmap: QPixmap) -> Qt.DropAction:
        self.files.append(tuple(files))
        self.all_files_existed &= all(path.stat().st_size > 0 for path in files)
        assert not pixmap.isNull()
        return Qt.DropAction.CopyAction


@pytest.fixture
def drags(monkeypatch: pytest.MonkeyPatch) -> Drags:
    drags = Drags()
    monkeypatch.setattr(drag_out, "start_drag", drags.start)
    hold_button(monkeypatch, Qt.MouseButton.LeftButton)
    return drags


def hold_button(monkeypatch: pytest.MonkeyPatch, button: Qt.MouseButton) -> None:
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: button)


def test_the_files_are_on_disk_before_the_drag_begins(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS):
        out.drag(song, STEMS, None)

    assert drags.all_files_existed
    ((*files,),) = drags.files
    assert [path.name for path in files] == [f"On the Run ({name.title()}).wav" for name in STEMS]
    assert QGuiApplication.overrideCursor() is None


def test_a_selection_is_dragged_to_the_sample(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS) as blocker:
        out.drag(song, ["bass"], FrameRange(441, 2646))

    assert blocker.args is not None
    (path,) = blocker.args[0]
    samples_TC = soundfile.read(path, dtype="float32")[0]
    assert np.array_equal(samples_TC, song.track("bass").samples_TC[441:2646])
    assert drags.files == [(path,)]


def test_a_button_that_is_let_go_too_early_drags_nothing_but_keeps_the_files(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_button(monkeypatch, Qt.MouseButton.NoButton)
    with qtbot.waitSignal(out.notice_raised, timeout=TIMEOUT_MS) as blocker:
        out.drag(song, ["bass"], FrameRange(0, 100))

    assert blocker.args is not None
    assert "Drag once more" in blocker.args[0]
    assert drags.files == []
    assert len(list((song.folder / "exports").iterdir())) == 1


def test_an_incomplete_lane_is_refused_with_a_reason(
    out: DragOut, drags: Drags, tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path, title="Half", done=1860)
    with qtbot.waitSignal(out.failed, timeout=TIMEOUT_MS) as blocker:
        out.drag(song, ["bass"], None)

    assert blocker.args is not None
    assert isinstance(blocker.args[0], EngineError)
    assert "62 %" in blocker.args[0].message
    assert drags.files == []


def test_a_disk_that_fails_is_a_sentence_and_the_next_drag_works(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot
) -> None:
    (song.folder / "exports").rmdir()
    (song.folder / "exports").write_text("in the way")
    with qtbot.waitSignal(out.failed, timeout=TIMEOUT_MS):
        out.drag(song, ["bass"], None)

    (song.folder / "exports").unlink()
    with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS):
        out.drag(song, ["bass"], None)
    assert len(drags.files) == 1


def test_the_clipboard_gets_the_files_like_a_file_manager_gives_them(
    out: DragOut, song: Song, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS) as blocker:
        out.copy(song, ["drums", "bass"], None)

    assert blocker.args is not None
    urls = QGuiApplication.clipboard().mimeData().urls()
    assert [Path(url.toLocalFile()) for url in urls] == list(blocker.args[0])
    assert all(path.is_file() for path in blocker.args[0])


def test_names_with_any_letters_survive_as_urls(tmp_path: Path) -> None:
    path = tmp_path / "Löwen 100% #1 (Drums).wav"
    mime_data = files_mime_data([path])

    assert [Path(url.toLocalFile()) for url in mime_data.urls()] == [path]
    lines = bytes(mime_data.data("x-special/gnome-copied-files").data()).decode().split("\n")
    assert lines[0] == "copy"
    assert Path(QUrl(lines[1]).toLocalFile()) == path
    assert lines[1].isascii()


def test_the_picture_shows_the_colour_of_every_lane(song: Song, widget: QWidget) -> None:
    for name, colour in (("drums", "#aa0000"), ("bass", "#0000aa")):
        song.change_lane(name, LaneState(colour=colour), "paint")
    image = drag_pixmap(song, ["drums", "bass"], None, widget).toImage()

    colours = colours_of(image)
    assert QColor("#aa0000").rgb() in colours
    assert QColor("#0000aa").rgb() in colours


def colours_of(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


def test_what_takes_longer_says_how_far_it_is(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drag_out, "NOTICE_SECONDS", 0.0)
    notices: list[str] = []
    out.notice_raised.connect(notices.append)
    with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS):
        out.drag(song, STEMS, FrameRange(0, 100))

    assert notices[0] == "Writing the files: 20 %"


def test_a_second_drag_while_the_first_is_prepared_is_ignored(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS):
        out.drag(song, ["bass"], None)
        out.drag(song, ["drums"], None)

    assert [path.name for path in drags.files[0]] == ["On the Run (Bass).wav"]
    assert len(drags.files) == 1


def test_closing_while_files_are_prepared_leaves_no_part(
    out: DragOut, drags: Drags, song: Song
) -> None:
    out.drag(song, STEMS, FrameRange(1, 2000))
    out.stop()

    assert not [path for path in (song.folder / "exports").iterdir() if path.name.startswith(".")]


def test_a_drop_and_a_copy_say_what_was_taken(
    out: DragOut, drags: Drags, song: Song, qtbot: QtBot
) -> None:
    notices: list[str] = []
    out.notice_raised.connect(notices.append)
    for take in (out.drag, out.copy):
        for frames in (FrameRange(441, 2646), FrameRange(0, 3000), None):
            with qtbot.waitSignal(out.files_taken, timeout=TIMEOUT_MS):
                take(song, ["bass"], frames)

    dragged, copied = notices[:3], notices[3:]
    assert dragged == [
        "Bass, 0.05 s, taken out.",
        "Bass, whole song, taken out.",
        "Bass, whole song, taken out.",
    ]
    parts = [text.split(": ")[1].split(". ")[0] for text in copied]
    assert parts == ["0:00.01–0:00.06", "whole song", "whole song"]


def test_the_picture_is_wider_if_it_names_a_range(song: Song, widget: QWidget) -> None:
    whole = drag_pixmap(song, ["bass"], None, widget)
    part = drag_pixmap(song, ["bass"], FrameRange(441, 2646), widget)

    assert part.width() > whole.width()
