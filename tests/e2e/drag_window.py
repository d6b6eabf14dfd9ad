"""A window for ``test_drag_between_windows``: one that gives files, or one that takes them.

``python -m tests.e2e.drag_window give FOLDER`` or ``... take``; says what happens line by line.
"""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.model.frame_range import FrameRange
from app.widgets.drag_out import DragOut
from tests.app.separated_song import STEMS, separated_song


def say(line: str) -> None:
    """Tell the test, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class GivingWindow(QWidget):
    """Drags a slice of every stem out as soon as the mouse moves with its button held."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._song = separated_song(folder, num_frames=400_000)
        self._out = DragOut(self)
        self._is_dragging = False
        self._out.files_taken.connect(lambda files: say(f"taken {len(files)}"))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin one drag."""
        if event.buttons() & Qt.MouseButton.LeftButton and not self._is_dragging:
            self._is_dragging = True
            self._out.drag(self._song, STEMS, FrameRange(1000, 200_000))


class TakingWindow(QWidget):
    """Takes files and names them."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files only, and check that they can be read while they are still in the air."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        if paths and all(path.read_bytes()[:4] == b"RIFF" for path in paths):
            event.acceptProposedAction()
            say("entered")

    def dropEvent(self, event: QDropEvent) -> None:
        """Name what came."""
        for url in event.mimeData().urls():
            say(f"dropped {url.toLocalFile()}")
        event.acceptProposedAction()
        say("complete")


def main() -> None:
    """Show the window until the test ends this program."""
    application = QApplication([])
    is_giving = sys.argv[1] == "give"
    window = GivingWindow(Path(sys.argv[2])) if is_giving else TakingWindow()
    window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    window.setGeometry(0 if is_giving else 400, 0, 300, 300)
    window.show()
    assert window.windowHandle() is not None
    say("shown")
    application.exec()


if __name__ == "__main__":
    main()
