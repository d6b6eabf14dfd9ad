from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.late_painting import LatePainting


class CountingWidget(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.num_paintings = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.num_paintings += 1


def test_a_widget_is_painted_a_turn_later_and_once(qtbot: QtBot) -> None:
    widget = CountingWidget()
    qtbot.addWidget(widget)
    late = LatePainting(widget)
    widget.show()
    qtbot.waitUntil(lambda: widget.num_paintings > 0)
    before = widget.num_paintings

    for _ in range(3):  # as while many things are made
        late.postpone()
        widget.update()
    QApplication.sendPostedEvents()
    assert widget.num_paintings == before

    qtbot.waitUntil(lambda: widget.num_paintings > before)
    assert widget.num_paintings == before + 1
    assert widget.updatesEnabled()
