"""Finds words in a page of text: type, Enter goes on, Shift+Enter goes back."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QPalette,
    QShortcut,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTextBrowser,
    QTextEdit,
    QToolButton,
    QWidget,
)

from app.widgets.icons import set_icon

FIELD_CHARACTERS = 28
_SCROLLING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FindBar(QWidget):
    """A field with the number of places where its text stands in the page beside it."""

    def __init__(self, page: QTextBrowser, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self.field = QLineEdit()
        self.count = QLabel()
        self._previous = self._button("up", self.tr("Find the place before (Shift+Enter)"))
        self._next = self._button("down", self.tr("Find the next place (Enter)"))
        self._lay_out()
        self.field.textChanged.connect(self._find_first)
        self.field.installEventFilter(self)
        self._previous.clicked.connect(self.find_previous)
        self._next.clicked.connect(self.find_next)
        # The page looks at its document anew when its width changes.
        page.textChanged.connect(self._mark_all)
        self._mark_all()

    def listen_in(self, window: QWidget) -> None:
        """Take the usual keys of a window."""
        for keys, slot in (
            (QKeySequence.StandardKey.Find, self.begin),
            (QKeySequence.StandardKey.FindNext, self.find_next),
            (QKeySequence.StandardKey.FindPrevious, self.find_previous),
        ):
            QShortcut(QKeySequence(keys), window, slot)

    @Slot()
    def begin(self) -> None:
        """Go to the field; what is typed replaces the text there."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    @Slot()
    def find_next(self) -> None:
        """Go to the next place, and from the last one to the first."""
        self._go(QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start)

    @Slot()
    def find_previous(self) -> None:
        """Go to the place before, and from the first one to the last."""
        self._go(QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter find and Esc empty the field, which in a dialog would close it; scroll."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            goes_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.find_previous if goes_back else self.find_next)()
            return True
        if event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
            self._page.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if event.key() in _SCROLLING:  # the page, which a field of one line has no use for
            QApplication.sendEvent(self._page, event)
            return True
        return False

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        set_icon(button, icon)
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def _lay_out(self) -> None:
        label = QLabel(self.tr("&Find:"))
        label.setBuddy(self.field)
        self.field.setAccessibleName(self.tr("Find in the manual"))
        self.field.setToolTip(self.tr("Find in the manual (Ctrl+F)"))
        self.field.setClearButtonEnabled(True)
        self.field.setMinimumWidth(self.fontMetrics().averageCharWidth() * FIELD_CHARACTERS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (label, self.field, self._previous, self._next):
            row.addWidget(widget)
        row.addWidget(self.count, 1)

    @Slot()
    def _find_first(self) -> None:
        """Stay where one reads, if the text stands there or further down."""
        cursor = self._page.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._page.setTextCursor(cursor)
        if self.field.text():
            self.find_next()
        self._mark_all()

    def _go(self, flags: QTextDocument.FindFlag, edge: QTextCursor.MoveOperation) -> None:
        text = self.field.text()
        if not text:
            self.begin()
        elif not self._page.find(text, flags):
            here = self._page.textCursor()
            self._page.moveCursor(edge)
            if not self._page.find(text, flags):
                self._page.setTextCursor(here)
        self._mark_all()

    @Slot()
    def _mark_all(self) -> None:
        places = self._places()
        marks: list[QTextEdit.ExtraSelection] = []
        for place in places:
            mark = QTextEdit.ExtraSelection()
            look = QTextCharFormat()
            look.setBackground(self.palette().brush(QPalette.ColorRole.Mid))
            look.setFontUnderline(True)
            mark.cursor, mark.format = place, look
            marks.append(mark)
        self._page.setExtraSelections(marks)
        for button in (self._previous, self._next):
            button.setEnabled(bool(places))
        self.count.setText(self._count_text(places))

    def _places(self) -> list[QTextCursor]:
        text, document = self.field.text(), self._page.document()
        places: list[QTextCursor] = []
        place = document.find(text) if text else QTextCursor()
        while not place.isNull():
            places.append(place)
            place = document.find(text, place)
        return places

    def _count_text(self, places: list[QTextCursor]) -> str:
        if not self.field.text():
            return ""
        if not places:
            return self.tr("Not found")
        here = self._page.textCursor().selectionStart()
        starts = [place.selectionStart() for place in places]
        if self._page.textCursor().hasSelection() and here in starts:
            return self.tr("{0} of {1}").format(starts.index(here) + 1, len(starts))
        return self.tr("%n place(s)", "", len(starts))
