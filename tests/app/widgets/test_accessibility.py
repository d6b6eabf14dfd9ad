"""What somebody without a mouse, or without sight, can rely on in every window."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.widgets.about import AboutDialog
from app.widgets.diagnostics import DiagnosticsDialog
from app.widgets.error_banner import ErrorBanner
from app.widgets.export_dialog import ExportDialog
from app.widgets.manual_viewer import ManualViewer
from app.widgets.settings_dialog import SettingsDialog
from app.widgets.shortcuts_dialog import ShortcutsDialog
from app.widgets.songs_export_dialog import SongsExportDialog
from engine.errors import EngineError
from engine.serving_messages import DeviceFound
from tests.app.widgets.studio_window import StudioWindow, studio_window

DEVICES = (
    DeviceFound(name="auto", title="Automatic", reason=""),
    DeviceFound(name="cpu", title="Processor", reason=""),
    DeviceFound(name="cuda", title="Graphics card", reason="there is no driver"),
)


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        studio.window.show()
        yield studio


def settings_dialog(studio: StudioWindow) -> QDialog:
    return SettingsDialog(studio.settings, DEVICES, [], studio.window)


def about_dialog(studio: StudioWindow) -> QDialog:
    return AboutDialog(studio.window)


def shortcuts_dialog(studio: StudioWindow) -> QDialog:
    return ShortcutsDialog(studio.window.menuBar(), studio.window)


def diagnostics_dialog(studio: StudioWindow) -> QDialog:
    return DiagnosticsDialog(lambda: [("Underruns", "0")], studio.window)


def manual_dialog(studio: StudioWindow) -> QDialog:
    return ManualViewer("en", studio.window)


def export_dialog(studio: StudioWindow) -> QDialog:
    return ExportDialog(studio.add_song(), studio.settings, studio.window)


def songs_export_dialog(studio: StudioWindow) -> QDialog:
    return SongsExportDialog([studio.add_song(), studio.add_song()], studio.settings, studio.window)


DIALOGS = [
    settings_dialog,
    about_dialog,
    shortcuts_dialog,
    diagnostics_dialog,
    manual_dialog,
    export_dialog,
    songs_export_dialog,
]
MakeDialog = Callable[[StudioWindow], QDialog]


def shown_widgets(top: QWidget) -> list[QWidget]:
    return [widget for widget in [top, *top.findChildren(QWidget)] if widget.isVisibleTo(top)]


def focusable(top: QWidget) -> list[QWidget]:
    def counts(widget: QWidget) -> bool:
        is_inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        return widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not is_inner

    return [widget for widget in shown_widgets(top) if counts(widget)]


def spoken_name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def nameless(top: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in focusable(top)
        if not spoken_name(widget).strip()
    ]


def tab_chain(top: QWidget) -> list[QWidget]:
    chain, widget = [], top.nextInFocusChain()
    while widget is not None and widget is not top:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(top):
            chain.append(widget)
        widget = widget.nextInFocusChain()
    return chain


def clipped(top: QWidget) -> list[str]:
    """Return the texts that have less room than they need."""
    found = []
    for widget in shown_widgets(top):
        text = ""
        if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
            needed_height = widget.heightForWidth(widget.width())
            if widget.height() < needed_height:
                found.append(f"{widget.text()!r}: {widget.height()} instead of {needed_height}")
        if isinstance(widget, QLabel) and not widget.wordWrap() and widget.pixmap().isNull():
            gives_way = widget.minimumSizeHint().width() < widget.sizeHint().width()
            text = "" if gives_way else widget.text()
            elided = widget.sizePolicy().horizontalPolicy()
            if elided == widget.sizePolicy().Policy.Ignored:
                text = ""
        elif isinstance(widget, QAbstractButton):
            text = widget.text()
        needed = widget.minimumSizeHint()
        if text and (widget.width() < needed.width() or widget.height() < needed.height()):
            found.append(f"{text!r}: {widget.size()} instead of {needed}")
    return found


def test_everything_in_the_window_has_a_name(studio: StudioWindow) -> None:
    assert nameless(studio.window) == []
    studio.add_song()
    QApplication.processEvents()
    assert nameless(studio.window) == []
    assert len(focusable(studio.window)) > 30


@pytest.mark.parametrize("make", DIALOGS, ids=lambda make: make.__name__)
def test_everything_in_a_dialog_has_a_name(
    studio: StudioWindow, make: MakeDialog, qtbot: QtBot
) -> None:
    dialog = make(studio)
    dialog.show()

    assert nameless(dialog) == []
    assert dialog.windowTitle()
    dialog.close()


def test_the_banner_can_be_read_and_closed_without_a_mouse(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    banner.show_error(EngineError("Bad."), "&Again", lambda: None)

    assert nameless(banner) == []


def test_tab_goes_from_left_to_right_and_down(studio: StudioWindow) -> None:
    studio.add_song()
    QApplication.processEvents()
    window = studio.window
    areas = [
        window.queue_panel,
        window.separation,
        window.timeline,
        window.transport_bar,
    ]

    def area(widget: QWidget) -> int:
        return next((place for place, each in enumerate(areas) if each.isAncestorOf(widget)), -1)

    visited = [area(widget) for widget in tab_chain(window)]
    order = [place for place in visited if place >= 0]

    assert set(order) == {0, 1, 2, 3}
    start = order.index(0)
    turned = order[start:] + order[:start]
    assert turned == sorted(turned)


def test_tab_goes_along_the_rows_of_the_panel(studio: StudioWindow) -> None:
    studio.add_song()
    QApplication.processEvents()
    for panel in (studio.window.separation, studio.window.transport_bar):
        chain = [widget for widget in tab_chain(studio.window) if panel.isAncestorOf(widget)]
        places = [widget.mapTo(panel, QPoint(0, 0)).x() for widget in chain]
        assert places == sorted(places)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_text_is_clipped(studio: StudioWindow, scale: float, qapp: QApplication) -> None:
    before = QFont(qapp.font())
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * scale)
    qapp.setFont(larger)
    try:
        with studio_window() as scaled:
            scaled.window.show()
            for prepare in (lambda: None, scaled.add_song):
                prepare()
                QApplication.processEvents()
                scaled.window.resize(scaled.window.minimumSizeHint())
                QApplication.processEvents()
                assert clipped(scaled.window) == []
    finally:
        qapp.setFont(before)


@pytest.mark.parametrize("make", DIALOGS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_text_of_a_dialog_is_clipped(
    studio: StudioWindow, make: MakeDialog, scale: float, qapp: QApplication
) -> None:
    before = QFont(qapp.font())
    larger = QFont(before)
    larger.setPointSizeF(before.pointSizeF() * scale)
    qapp.setFont(larger)
    try:
        dialog = make(studio)
        dialog.resize(dialog.minimumSizeHint())
        dialog.show()
        QApplication.processEvents()
        assert clipped(dialog) == []
        dialog.close()
    finally:
        qapp.setFont(before)


def test_lists_of_choices_are_as_wide_as_they_need(studio: StudioWindow) -> None:
    studio.window.separation.set_devices(DEVICES, "cpu")
    combos = studio.window.separation.findChildren(QComboBox)

    assert combos
    assert all(combo.accessibleName() for combo in combos)


def test_a_device_that_cannot_be_used_says_why(studio: StudioWindow) -> None:
    studio.window.separation.set_devices(DEVICES, "cpu")
    devices = studio.window.separation.devices

    assert devices.currentData() == "cpu"
    assert devices.itemText(2) == "Graphics card – there is no driver"
    index = devices.model().index(2, 0)
    assert not devices.model().flags(index) & Qt.ItemFlag.ItemIsEnabled
