"""The window: what stands where, what is dropped on it, and how it closes."""

from time import monotonic

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.model.session import Session
from app.model.settings import Settings
from app.model.song import Song
from app.playback.transport import Transport
from app.widgets.actions import Actions
from app.widgets.banner_place import BannerPlace
from app.widgets.drop_overlay import DropOverlay, dropped_paths
from app.widgets.error_banner import ErrorBanner
from app.widgets.failed_page import FailedPage, was_never_open
from app.widgets.key_guard import KeyGuard
from app.widgets.late_painting import LatePainting
from app.widgets.menus import fill_menu_bar
from app.widgets.queue_panel import QueuePanel
from app.widgets.separation_panel import SeparationPanel
from app.widgets.separator import Separator
from app.widgets.status_line import StatusLine
from app.widgets.tab_order import order_tabs
from app.widgets.timeline_view import TimelineView
from app.widgets.transport_bar import TransportBar
from app.widgets.welcome import Welcome
from app.widgets.yielding_page import YieldingPage

NOTICE_MS = 8_000
READING_SECONDS = 4.0
NOTICE_GAP = "   "
WIDTH_CHARACTERS = 215
HEIGHT_LINES = 54
_WELCOME_PAGE, _SONG_PAGE, _FAILED_PAGE = range(3)


class MainWindow(QMainWindow):
    """Queue on the left; song, lanes and transport on the right; messages at their foot.

    Signals:
        paths_dropped: Files and folders (list of ``Path``) that the user has dropped.
        closing: The window is about to close; whoever works, stops and saves.
    """

    paths_dropped = Signal(object)
    closing = Signal()

    def __init__(self, session: Session, settings: Settings, transport: Transport) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self._song: Song | None = None
        self._notices: list[tuple[str, float, str]] = []  # topic, when, what
        # New lanes bring new controls, once everybody has heard of them.
        self._tab_timer = QTimer(self, singleShot=True, interval=0)
        self._tab_timer.timeout.connect(self._order_tabs)
        self.actions_ = Actions(self)
        self.recent_menu = QMenu(self.tr("Open &Recent"), self)
        self.keys = KeyGuard(self)
        self.banner = ErrorBanner()
        self.queue_panel = QueuePanel(session, self.actions_)
        self.separation = SeparationPanel(session, self.actions_)
        self.timeline = TimelineView(transport)
        self.transport_bar = TransportBar(session, transport, self.actions_)
        self.welcome = Welcome(self.actions_)
        self.failed_page = FailedPage(self.actions_)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._pages = QStackedWidget()
        self._late_painting = LatePainting(self._pages)
        self._lay_out()
        self.overlay = DropOverlay(self)
        fill_menu_bar(self.menuBar(), self.actions_, self.recent_menu)
        self.setAcceptDrops(True)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(StatusLine(transport))
        session.current_changed.connect(self._follow_lanes)
        session.current_changed.connect(self._show_current)
        session.songs_changed.connect(self._show_current)
        self.actions_.start_afresh.triggered.connect(self._focus_lanes)
        self._show_current()
        self._restore_geometry()

    def show_notice(self, text: str, *, topic: str = "") -> None:
        """Say something in the status bar for a while, instead of what was said of its topic.

        What was just said of another topic stays beside it, as nobody can have read that yet.
        """
        now = monotonic()
        fresh = [each for each in self._notices if now - each[1] < READING_SECONDS]
        self._notices = [each for each in fresh if each[0] != topic] + [(topic, now, text)]
        self._say_notices()

    def withdraw_notice(self, text: str) -> None:
        """Say this no longer, as it is not true any more; what else is said stays."""
        if not any(each[2] == text for each in self._notices):
            return
        self._notices = [each for each in self._notices if each[2] != text]
        if self.statusBar().currentMessage():
            self._say_notices()

    def _say_notices(self) -> None:
        texts = (each[2] for each in self._notices)
        self.statusBar().showMessage(NOTICE_GAP.join(texts), NOTICE_MS)

    def event(self, event: QEvent) -> bool:
        """Go back to the lanes when a dialog was closed."""
        if event.type() is QEvent.Type.WindowUnblocked:
            self._focus_lanes()
        return super().event(event)

    def _focus_lanes(self) -> None:
        if self._pages.currentIndex() == _SONG_PAGE:
            self.timeline.focus_lanes()

    # Arrangement

    def _lay_out(self) -> None:
        song_page = QWidget()
        column = QVBoxLayout(song_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.separation)
        column.addWidget(Separator())
        column.addWidget(self.timeline, 1)
        column.addWidget(Separator())
        column.addWidget(self.transport_bar)
        welcome_page = YieldingPage(self.welcome, self.welcome.foot)
        failed_page = YieldingPage(self.failed_page, self.failed_page.foot)
        for page in (welcome_page, song_page, failed_page):
            self._pages.addWidget(page)
        BannerPlace(self.banner, self._pages, self.timeline.room, (welcome_page, failed_page))
        self._splitter.setObjectName("splitter")
        self._splitter.addWidget(self.queue_panel)
        self._splitter.addWidget(self._pages)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setChildrenCollapsible(False)
        self.setCentralWidget(self._splitter)
        self._order_tabs()

    def _order_tabs(self) -> None:
        order_tabs(
            (self.queue_panel, self.banner, self.welcome, self.failed_page, self.separation,
             self.timeline, self.transport_bar)
        )  # fmt: skip

    def _follow_lanes(self) -> None:
        if self._song is not None:
            self._song.lanes_changed.disconnect(self._tab_timer.start)
            self._song.status_changed.disconnect(self._choose_page)
        self._song = self._session.current
        if self._song is not None:
            self._song.lanes_changed.connect(self._tab_timer.start)
            self._song.status_changed.connect(self._choose_page)
        self._tab_timer.start()

    def _show_current(self) -> None:
        song = self._session.current
        self._choose_page()
        has_songs = bool(self._session.songs)
        self.queue_panel.setVisible(has_songs and self.actions_.show_queue.isChecked())
        self.setWindowTitle("Strata" if song is None else f"{song.title} – Strata")
        if song is None:
            self.welcome.open_button.setFocus()

    def _choose_page(self) -> None:
        song = self._session.current
        has_failed = song is not None and was_never_open(song)
        page = _WELCOME_PAGE if song is None else _FAILED_PAGE if has_failed else _SONG_PAGE
        if song is not None and has_failed:
            self.failed_page.show_song(song)
        if page == self._pages.currentIndex():
            return
        self._late_painting.postpone()
        self._pages.setCurrentIndex(page)
        if page == _SONG_PAGE:
            # Qt would give it to the list of models, where Space does not play.
            self.timeline.focus_lanes()

    # Geometry

    def _restore_geometry(self) -> None:
        metrics = self.fontMetrics()
        wanted_width = metrics.averageCharWidth() * WIDTH_CHARACTERS
        wanted_height = metrics.lineSpacing() * HEIGHT_LINES
        available = self.screen().availableSize() * 0.95
        self.resize(min(wanted_width, available.width()), min(wanted_height, available.height()))
        if self._settings.window_geometry:
            self.restoreGeometry(QByteArray(self._settings.window_geometry))
        if self._settings.window_state:
            self._splitter.restoreState(QByteArray(self._settings.window_state))

    def _store_geometry(self) -> None:
        self._settings.window_geometry = bytes(self.saveGeometry().data())
        self._settings.window_state = bytes(self._splitter.saveState().data())

    # Drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Say what a drop would do; what was dragged out of this window is no song."""
        paths = dropped_paths(event.mimeData())
        if paths and event.source() is None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.overlay.show_paths(paths)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Accept the drop anywhere."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Go back to normal."""
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.overlay.hide()
        paths = dropped_paths(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.paths_dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop and save everything, then close."""
        self._store_geometry()
        self.hide()  # what has to end may take a second
        self.closing.emit()
        event.accept()
