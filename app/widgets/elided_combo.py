"""A list of choices that shortens its text with an ellipsis instead of clipping it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox


class ElidedCombo(QComboBox):
    """Shows as much of the chosen text as fits; its tool tip is up to the owner."""

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
