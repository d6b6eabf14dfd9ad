from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem
from pytestqt.qtbot import QtBot

from app.model.export_choice import ExportChoice
from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets.export_content_box import ExportContentBox
from tests.app.separated_song import STEMS, separated_song, write_lane

CHECKED, UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


def without_leftovers(root: Path) -> Song:
    """Return a song whose leftovers were shared among its stems."""
    song = separated_song(root, num_frames=1000)
    residual = song.track("residual")
    whole = FrameRange(0, 1000)
    write_lane(song, "residual", np.zeros_like(residual.samples_TC))
    residual.mark_done(whole)
    song.report_audio("residual", whole)
    return song


def shown_box(qtbot: QtBot, song: Song, choice: ExportChoice | None = None) -> ExportContentBox:
    box = ExportContentBox(song, choice or ExportChoice())
    qtbot.addWidget(box)
    return box


def residual_item(box: ExportContentBox) -> QListWidgetItem:
    stems = box.findChild(QListWidget)
    assert stems is not None
    return stems.item(STEMS.index("residual"))


def test_a_residual_with_nothing_in_it_is_written_only_if_it_is_chosen(
    qtbot: QtBot, tmp_path: Path
) -> None:
    box = shown_box(qtbot, without_leftovers(tmp_path))
    assert residual_item(box).text() == "Residual – nothing is left over"
    assert residual_item(box).checkState() is UNCHECKED
    assert box.choice(ExportChoice()).unwanted_stems == {"residual"}

    residual_item(box).setCheckState(CHECKED)
    assert not box.choice(ExportChoice()).unwanted_stems


@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_silent_residual_says_nothing_about_the_next_song(
    qtbot: QtBot, tmp_path: Path, is_chosen: bool
) -> None:
    box = shown_box(qtbot, without_leftovers(tmp_path))
    if is_chosen:
        residual_item(box).setCheckState(CHECKED)
    remembered = box.remembered(box.choice(ExportChoice()))

    other = shown_box(qtbot, separated_song(tmp_path), remembered)

    assert residual_item(other).checkState() is CHECKED
    assert not other.choice(ExportChoice()).unwanted_stems


def test_whoever_never_wants_the_residual_is_not_given_it(qtbot: QtBot, tmp_path: Path) -> None:
    choice = ExportChoice(unwanted_stems=frozenset({"residual"}))
    for song in (separated_song(tmp_path), without_leftovers(tmp_path)):
        box = shown_box(qtbot, song, choice)
        assert box.choice(ExportChoice()).unwanted_stems == {"residual"}
        assert box.remembered(box.choice(ExportChoice())).unwanted_stems == {"residual"}


def test_a_residual_that_gets_something_while_the_box_is_open_is_written(
    qtbot: QtBot, tmp_path: Path
) -> None:
    song = without_leftovers(tmp_path)
    box = shown_box(qtbot, song)
    song.begin_remaking(model_name="better", residual="separate", separated=song.separated)
    box.refresh()
    assert residual_item(box).checkState() is CHECKED


@pytest.mark.parametrize(("is_looping", "word"), [(True, "Loop"), (False, "Selection")])
def test_the_range_is_called_as_in_the_timeline(
    qtbot: QtBot, tmp_path: Path, is_looping: bool, word: str
) -> None:
    song = separated_song(tmp_path, num_frames=44_100)
    state = replace(song.state, selection=FrameRange(0, 22_050), is_looping=is_looping)
    song.change(state, "Loop")
    box = ExportContentBox(song, ExportChoice())
    qtbot.addWidget(box)

    assert box._range.itemText(1) == f"{word} (0:00.000 to 0:00.500)"
