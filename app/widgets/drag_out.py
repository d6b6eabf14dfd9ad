"""Takes lanes out of the window: by dragging them, or over the clipboard.

The files are complete on disk before a drag begins, because the other program may read them at
once, and they stay there, because it may go on reading them where they are.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QByteArray,
    QCoreApplication,
    QMimeData,
    QObject,
    QPoint,
    QRectF,
    Qt,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QDrag, QGuiApplication, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets.lane_style import drawn_on, lane_colour, lane_title
from app.widgets.taken_range import taken_length_text, taken_text
from app.workers.drag_files import DragFilesReady, prepare_drag_files
from app.workers.engine_job import EngineJob
from engine.errors import EngineError
from engine.events import ProgressChanged

MAX_TITLE_CHARACTERS = 28
_GNOME_TYPE = "x-special/gnome-copied-files"  # what GNOME's file manager looks for in a clipboard
NOTICE_SECONDS = 0.5  # what takes no longer needs no words


def files_mime_data(files: Sequence[Path]) -> QMimeData:
    """Return files as other programs expect them, for a drag or the clipboard."""
    urls = [QUrl.fromLocalFile(str(path)) for path in files]
    mime_data = QMimeData()
    mime_data.setUrls(urls)
    lines = ["copy", *(bytes(url.toEncoded().data()).decode("ascii") for url in urls)]
    mime_data.setData(_GNOME_TYPE, QByteArray("\n".join(lines).encode()))
    return mime_data


def start_drag(widget: QWidget, files: Sequence[Path], pixmap: QPixmap) -> Qt.DropAction:
    """Drag finished files; returns when they were dropped, with what the other side did.

    Args:
        widget: Where the mouse button is held.
        files: Complete on disk.
        pixmap: Drawn at the mouse.
    """
    drag = QDrag(widget)
    drag.setMimeData(files_mime_data(files))
    drag.setPixmap(pixmap)
    size = pixmap.deviceIndependentSize()
    drag.setHotSpot(QPoint(0, round(size.height() / 2)))
    return drag.exec(Qt.DropAction.CopyAction, Qt.DropAction.CopyAction)


def lanes_text(song: Song, lanes: Sequence[str]) -> str:
    """Write the name of a single lane, or how many there are."""
    if len(lanes) == 1:
        return lane_title(song, lanes[0])
    return QCoreApplication.translate("DragOut", "%n stem(s)", None, len(lanes))


def drag_pixmap(
    song: Song, lanes: Sequence[str], frames: FrameRange | None, widget: QWidget
) -> QPixmap:
    """Draw what is dragged: a swatch per lane, its name or how many there are, and what part."""
    metrics, palette = widget.fontMetrics(), widget.palette()
    title = metrics.elidedText(
        lanes_text(song, lanes),
        Qt.TextElideMode.ElideRight,
        MAX_TITLE_CHARACTERS * metrics.averageCharWidth(),
    )
    text = f"{title}  {taken_text(song, frames)}"
    edge, gap = metrics.height(), metrics.height() // 3
    width = 2 * gap + len(lanes) * (edge // 2 + gap) + metrics.horizontalAdvance(text)
    height = edge + 2 * gap
    ratio = widget.devicePixelRatioF()
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = palette.color(QPalette.ColorRole.Base)
    painter.setPen(palette.color(QPalette.ColorRole.Text))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), gap, gap)
    left = gap
    for name in lanes:
        colour = drawn_on(QColor(lane_colour(song, name)), ground)
        painter.fillRect(QRectF(left, gap, edge / 2, edge), colour)
        left += edge // 2 + gap
    baseline = gap + metrics.ascent()
    painter.drawText(left, baseline, text)
    painter.end()
    return pixmap


class DragOut(QObject):
    """Makes the files of lanes in the background and hands them to a drag or the clipboard.

    Signals:
        notice_raised: A sentence for the status bar.
        failed: ``EngineError``: nothing was taken out.
        files_taken: The files (a tuple of paths) of a drag that ended with a drop, or that are
            on the clipboard.
    """

    notice_raised = Signal(str)
    failed = Signal(object)
    files_taken = Signal(object)

    def __init__(self, widget: QWidget) -> None:
        """Make it for a widget, in which drags begin."""
        super().__init__(widget)
        self._widget = widget
        self._job: EngineJob | None = None
        self._files: tuple[Path, ...] = ()
        self._take: Callable[[tuple[Path, ...]], None] = self._drag_files
        self._pixmap = QPixmap()
        self._what = self._part = self._length = ""  # of what is being taken, in words
        self._notice_at = 0.0

    def drag(self, song: Song, lanes: Sequence[str], frames: FrameRange | None) -> None:
        """Drag lanes out, or a range of them; call it while the mouse button is held.

        If the button is let go before the files are complete, nothing is dragged and a notice
        says that a second drag will begin at once.
        """
        self._pixmap = drag_pixmap(song, lanes, frames, self._widget)
        self._begin(song, lanes, frames, self._drag_files)

    def copy(self, song: Song, lanes: Sequence[str], frames: FrameRange | None) -> None:
        """Put the files on the clipboard, as a file manager does."""
        self._begin(song, lanes, frames, self._copy_files)

    def stop(self) -> None:
        """Cancel, and wait until the thread has ended; for closing the window."""
        if self._job is not None:
            self._job.stop()

    def _begin(
        self,
        song: Song,
        lanes: Sequence[str],
        frames: FrameRange | None,
        take: Callable[[tuple[Path, ...]], None],
    ) -> None:
        if self._job is not None:  # the last one is not ready yet
            return
        try:
            events = prepare_drag_files(song, lanes, frames)
        except EngineError as error:
            self.failed.emit(error)
            return
        self._take, self._files = take, ()
        self._what, self._part = lanes_text(song, lanes), taken_text(song, frames)
        self._length = taken_length_text(song, frames)
        self._notice_at = time.monotonic() + NOTICE_SECONDS
        self._job = EngineJob(lambda: events, self)
        self._job.event_arrived.connect(self._follow)
        self._job.succeeded.connect(self._finish)
        self._job.cancelled.connect(self._forget)
        self._job.failed.connect(self._report_failure)
        QGuiApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
        self._job.start()

    @Slot(object)
    def _follow(self, event: object) -> None:
        if isinstance(event, DragFilesReady):
            self._files = event.files
        elif isinstance(event, ProgressChanged) and time.monotonic() >= self._notice_at:
            self._notice_at += NOTICE_SECONDS
            self.notice_raised.emit(
                self.tr("Writing the files: {0} %").format(int(100 * event.fraction))
            )

    @Slot()
    def _finish(self) -> None:
        files = self._files
        self._forget()
        self._take(files)

    @Slot()
    def _forget(self) -> None:
        if self._job is not None:
            QGuiApplication.restoreOverrideCursor()
            self._job.deleteLater()
            self._job = None

    @Slot(object)
    def _report_failure(self, error: EngineError) -> None:
        self._forget()
        self.failed.emit(error)

    def _drag_files(self, files: tuple[Path, ...]) -> None:
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self.notice_raised.emit(
                self.tr("%n file(s) ready. Drag once more to take them along.", "", len(files))
            )
            return
        if start_drag(self._widget, files, self._pixmap) is not Qt.DropAction.IgnoreAction:
            self.notice_raised.emit(
                self.tr("{what}, {length}, taken out.").format(what=self._what, length=self._length)
            )
            self.files_taken.emit(files)

    def _copy_files(self, files: tuple[Path, ...]) -> None:
        QGuiApplication.clipboard().setMimeData(files_mime_data(files))
        text = self.tr("%n file(s) copied: {0}. Paste them in a folder or a DAW.", "", len(files))
        self.notice_raised.emit(text.format(self._part))
        self.files_taken.emit(files)
