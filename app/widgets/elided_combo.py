"""A list of choices that shortens its text with an ellipsis instead of clipping it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QStyle,
    QStyleOptionComboBox,
    QToolTip,
    QWidget,
)


class _EntryTips(QObject):
    """Shows the tips of entries below the list, which they would cover otherwise."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place a tip; nothing else is looked at, since lists also say that they go."""
        if event.type() is not QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return False
        view = self._view
        tip = view.indexAt(event.pos()).data(Qt.ItemDataRole.ToolTipRole)
        if tip:
            QToolTip.showText(view.mapToGlobal(view.rect().bottomLeft()), str(tip), view)
        else:
            QToolTip.hideText()
        return True


class ElidedCombo(QComboBox):
    """Shows as much of the chosen text as fits; its tool tip is up to the owner."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _EntryTips(self.view())

    def showPopup(self) -> None:
        """Open the list; the tip of the box itself would lie over it."""
        QToolTip.hideText()
        super().showPopup()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Shorten the text that is painted."""
        super().initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        # Styles keep a pixel or two of the field for themselves.
        width = field.width() - round(self.fontMetrics().averageCharWidth() / 2)
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, width
        )
