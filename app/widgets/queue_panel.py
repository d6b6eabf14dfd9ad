"""The queue beside the song: what waits, runs and is done, and what to do about it."""

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.model.session import Session
from app.model.song import Song
from app.widgets.action_button import ActionButton
from app.widgets.actions import Actions, plain_text
from app.widgets.duration_text import elapsed_text, remaining_text
from app.widgets.icons import set_icon
from app.widgets.queue_delegate import QueueDelegate
from app.widgets.queue_model import QueueModel
from app.widgets.queue_summary import QueueSummary, summarise
from app.workers.queue_estimate import QueueEstimate


class _QueueView(QListView):
    """The list; Delete removes, keys of the whole window pass through."""

    remove_requested = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that belong to the list alone."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_requested.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let rows become as high as their lines need in another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()


class QueuePanel(QWidget):
    """Songs of the session; the selected one is on screen."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self._estimate = QueueEstimate()
        self._model = QueueModel(session, self)
        self.view = _QueueView()
        self._heading = QLabel(self.tr("&Queue"))
        self._summary = QLabel()
        self.resume_button = QPushButton(actions.resume_all.text())
        self.retry_button = QPushButton(actions.retry_all.text())
        self._prepare_view()
        self._lay_out()
        self._model.modelReset.connect(self._refresh)
        self._model.dataChanged.connect(self._show_summary)
        session.current_changed.connect(self._select_current)
        self._refresh()

    def _prepare_view(self) -> None:
        view = self.view
        view.setModel(self._model)
        view.setItemDelegate(QueueDelegate(view))
        view.setAccessibleName(self.tr("Queue of songs"))
        view.setAccessibleDescription(
            self.tr("Arrow keys choose a song, Alt with arrow keys moves it, Delete removes it.")
        )
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDefaultDropAction(Qt.DropAction.MoveAction)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.remove_requested.connect(self._actions.close_song.trigger)
        view.selectionModel().currentChanged.connect(self._show_song)
        self._heading.setBuddy(view)
        for button, action, icon in (
            (self.resume_button, self._actions.resume_all, "play"),
            (self.retry_button, self._actions.retry_all, "retry"),
        ):
            button.setAutoDefault(False)
            button.setAccessibleName(plain_text(action.text()))
            button.setToolTip(action.toolTip())
            set_icon(button, icon)
            button.clicked.connect(action.trigger)

    def _lay_out(self) -> None:
        font = self._heading.font()
        font.setBold(True)
        self._heading.setFont(font)
        self._summary.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self._heading)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._summary)
        layout.addWidget(self.resume_button)
        layout.addWidget(self.retry_button)
        layout.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        a = self._actions
        row = QHBoxLayout()
        row.setSpacing(0)
        for action in (
            a.pause_song, a.cancel_song, a.retry_song, a.move_up, a.move_down, a.close_song,
        ):  # fmt: skip
            row.addWidget(ActionButton(action))
        row.addStretch(1)
        return row

    @property
    def selected_songs(self) -> tuple[Song, ...]:
        """The songs that are marked, in the order of the queue; usually the one on screen."""
        rows = sorted(index.row() for index in self.view.selectedIndexes())
        songs = (self._model.song(row) for row in rows)
        return tuple(song for song in songs if song is not None)

    @Slot(object)
    def show_estimate(self, estimate: QueueEstimate) -> None:
        """Say how long the songs still take that run or wait."""
        self._estimate = estimate
        self._show_summary()

    def sizeHint(self) -> QSize:
        """Ask for room for a title of usual length."""
        return QSize(self.fontMetrics().averageCharWidth() * 40, super().sizeHint().height())

    def _refresh(self) -> None:
        self._show_summary()
        self._select_current()

    def _show_summary(self) -> None:
        summary = summarise(song.status for song in self._session.songs)
        self._summary.setText(self._summary_text(summary))
        self._actions.resume_all.setEnabled(summary.num_paused > 0)
        self.resume_button.setVisible(summary.num_paused > 0)
        self._actions.retry_all.setEnabled(summary.num_repeatable > 0)
        self.retry_button.setVisible(summary.num_repeatable > 1)

    def _summary_text(self, summary: QueueSummary) -> str:
        if summary.num_songs == 0:
            return self.tr("No songs yet")
        counts = [self.tr("%n song(s)", "", summary.num_songs)]
        if summary.num_unfinished:
            counts.append(self.tr("%n to go", "", summary.num_unfinished))
        if summary.num_paused:
            counts.append(self.tr("%n paused", "", summary.num_paused))
        if summary.num_failed:
            counts.append(self.tr("%n failed", "", summary.num_failed))
        lines = [counts]
        if summary.num_unfinished:
            elapsed = self.tr("{0} so far").format(elapsed_text(summary.elapsed_seconds))
            lines.append([remaining_text(self._estimate.seconds), elapsed])
            if self._estimate.seconds is not None and self._estimate.num_unknown:
                text = self.tr(
                    "without %n song(s) of unknown length", "", self._estimate.num_unknown
                )
                lines.append([text])
        return "\n".join(" · ".join(line) for line in lines)

    def _select_current(self) -> None:
        index = self._model.index_of(self._session.current)
        if index != self.view.currentIndex():
            self.view.setCurrentIndex(index)

    def _show_song(self, current: QModelIndex) -> None:
        song = self._model.song(current.row())
        if song is not None:
            self._session.set_current(song)

    def _open_menu(self, position: QPoint) -> None:
        song = self._model.song(self.view.indexAt(position).row())
        if song is None:
            return
        self._session.set_current(song)
        menu = self.song_menu(song)
        menu.popup(self.view.viewport().mapToGlobal(position))

    def song_menu(self, song: Song) -> QMenu:
        """Return what can be done with a song."""
        a = self._actions
        menu = QMenu(song.title, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([a.pause_song, a.cancel_song, a.retry_song])
        menu.addSeparator()
        menu.addActions([a.separate, a.export, a.show_folder])
        menu.addSeparator()
        menu.addActions([a.move_up, a.move_down, a.close_song])
        return menu
