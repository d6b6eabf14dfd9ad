"""Names of files that are to be told apart where there is little room."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from app.widgets.name_preview import NamePreview, shared_start, shortened

STEMS = ("Schlagzeug", "Bass", "Bass 2", "Gesang")
TITLE = "Zug nach Norden und noch weiter"
PART = "0m12.588-0m18.217"
NAMES = [f"{TITLE} ({stem}) {PART}.wav" for stem in STEMS]


@pytest.mark.parametrize(
    ("names", "shared"),
    [
        (NAMES, TITLE),
        ([*NAMES, f"{TITLE} {PART}.rpp"], TITLE),
        ([f"{TITLE} ({stem}).wav" for stem in ("Bass", "Bass 2")], TITLE),
        ([f"{stem} - {TITLE}.wav" for stem in STEMS], ""),
        (NAMES[:1], ""),
        ([], ""),
    ],
)
def test_what_names_share_ends_with_a_word(names: list[str], shared: str) -> None:
    assert shared_start(names) == shared


def test_a_narrow_list_shortens_the_title_and_no_stem(qtbot: QtBot) -> None:
    preview = NamePreview()
    qtbot.addWidget(preview)
    preview.add_folder(Path("out") / TITLE, NAMES, taken=NAMES[1:2])
    longest = preview.fontMetrics().horizontalAdvance(f"    exists already: {NAMES[0]}")
    preview.resize(longest * 3 // 4, 300)
    preview.show()
    delegate = preview.itemDelegate()
    assert isinstance(delegate, QStyledItemDelegate)

    for row, stem in enumerate(STEMS, start=1):
        option = QStyleOptionViewItem()
        preview.initViewItemOption(option)
        delegate.initStyleOption(option, preview.model().index(row, 0))
        assert f"… ({stem}) {PART}.wav" in option.text
        assert option.text.strip().startswith("exists already: Zug" if row == 2 else "Zug")
        assert preview.item(row).text().strip().endswith(NAMES[row - 1])  # for a screen reader


@given(
    stems=st.lists(st.text("abc 1", min_size=1, max_size=8), min_size=2, max_size=5, unique=True),
    title=st.text("Tune up-", max_size=40),
    width=st.integers(0, 600),
)
def test_what_is_shortened_fits_and_names_stay_different_if_there_is_room_for_that(
    stems: list[str], title: str, width: int
) -> None:
    metrics = QFontMetrics(QFont())
    names = [f"{title} ({stem}).wav" for stem in stems]
    shared = shared_start(names)

    shown = [shortened(name, shared, metrics, width) for name in names]

    assert all(name.startswith(shared) for name in names)
    if width >= metrics.horizontalAdvance("…" * 2):
        assert all(metrics.horizontalAdvance(text) <= width for text in shown)
    rests = [name.removeprefix(shared) for name in names]
    if all(metrics.horizontalAdvance(f"…{rest}") <= width for rest in rests):
        assert len(set(shown)) == len(names)
