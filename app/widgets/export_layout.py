"""How the dialogs that export are laid out."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from app.widgets.export_content_box import ExportContentBox
from app.widgets.export_format_box import ExportFormatBox
from app.widgets.export_place_box import ExportPlaceBox
from app.widgets.export_report import ExportReport
from app.widgets.giving_scroll_area import GivingScrollArea

SCREEN_SHARE = 0.92


def lay_out_export(
    dialog: QDialog,
    boxes: tuple[ExportContentBox, ExportFormatBox, ExportPlaceBox],
    report: ExportReport,
    buttons: QDialogButtonBox,
) -> None:
    """Put what is exported on the left, how and where on the right, and the outcome below.

    What does not fit the screen can be scrolled.
    """
    content, file_format, place = boxes
    choices = QWidget()
    grid = QGridLayout(choices)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.addWidget(content, 0, 0, 2, 1)
    grid.addWidget(file_format, 0, 1)
    grid.addWidget(place, 1, 1)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(1, 1)
    layout = QVBoxLayout(dialog)
    layout.addWidget(GivingScrollArea(choices), 1)
    layout.addWidget(report)
    layout.addWidget(buttons)
    # A dialog by itself takes two thirds of the screen at most.
    dialog.resize(dialog.sizeHint().boundedTo(dialog.screen().availableSize() * SCREEN_SHARE))
    _Growth(dialog)


class _Growth(QObject):
    """Lets a dialog grow with its contents while the screen has room.

    It grows only by what these have grown by: who has made it smaller keeps it so.
    """

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._wanted = dialog.sizeHint().height()
        dialog.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look how much is wanted now."""
        if event.type() is QEvent.Type.LayoutRequest:
            wanted = self._dialog.sizeHint().height()
            more, self._wanted = wanted - self._wanted, wanted
            if more > 0:
                self._grow(more)
        return super().eventFilter(watched, event)

    def _grow(self, more: int) -> None:
        dialog, screen = self._dialog, self._dialog.screen().availableGeometry()
        height = min(dialog.height() + more, int(screen.height() * SCREEN_SHARE), self._wanted)
        if height > dialog.height():
            dialog.resize(dialog.width(), height)
            below = dialog.frameGeometry().bottom() - screen.bottom()
            if below > 0:
                dialog.move(dialog.x(), max(screen.top(), dialog.y() - below))
