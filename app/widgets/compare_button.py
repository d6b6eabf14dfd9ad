"""The button that lets the original be heard, and says the way back while it is."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QStyleOptionToolButton, QWidget

from app.widgets.action_button import ActionButton
from app.widgets.actions import plain_text
from app.widgets.icons import tinted_icon


class CompareButton(ActionButton):
    """Pressed, and filled with the accent colour, while the original is heard."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(action, with_text=True, parent=parent)

    @property
    def shown_text(self) -> str:
        """What a press does."""
        return self.tr("Back to the Stems") if self.isChecked() else plain_text(self.text())

    @property
    def text_width(self) -> int:
        """What the button is narrower without its text, at least; 0 if that is hidden."""
        return self._widest_text() if self._has_text else 0

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Write the way back, on another ground, while the original is heard."""
        super().initStyleOption(option)
        if not self.isChecked():
            return
        palette, role = QPalette(option.palette), QPalette.ColorRole
        palette.setColor(role.Button, palette.color(role.Highlight))
        palette.setColor(role.ButtonText, palette.color(role.HighlightedText))
        option.palette = palette
        option.icon = tinted_icon("compare", palette)
        if self._has_text:
            option.text = f" {self.shown_text}"

    def sizeHint(self) -> QSize:
        """Have room for either text, so that nothing moves."""
        hint = super().sizeHint()
        own = self.fontMetrics().horizontalAdvance(plain_text(self.text()))
        more = self._widest_text() - own if self._has_text else 0
        return QSize(hint.width() + more, hint.height())

    def _widest_text(self) -> int:
        texts = (plain_text(self.text()), self.tr("Back to the Stems"))
        return max(self.fontMetrics().horizontalAdvance(text) for text in texts)

    def _follow_action(self) -> None:
        super()._follow_action()
        self.setAccessibleName(self.shown_text)
        self.update()
