"""The process of the studio: one QApplication, its log, its language, and a clean end."""

import logging
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QLibraryInfo,
    QLocale,
    QObject,
    QSocketNotifier,
    Qt,
    QTranslator,
    Signal,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.exception_hooks import UncaughtErrors, log_qt_messages
from app.log_file import start_logging
from app.model.settings import Settings, user_store
from app.resource_files import resource_path
from app.running_studio import StudioDoor, hand_over
from app.studio import Studio
from app.widgets.icons import application_icon
from app.widgets.theme import Theme
from engine.product_version import product_version

logger = logging.getLogger(__name__)

# What the desktop calls the program; a .desktop file has to have the same name.
DESKTOP_NAME = "strata"
# A thread that computes lets the window's go on after this time. Python's own 5 ms add up: the
# window waits anew whenever Qt calls back into Python, several times for one thing that is drawn.
SWITCH_SECONDS = 0.0005


def run(paths: Sequence[Path], *, is_new_window: bool = False) -> int:
    """Open the studio with these files and return the exit status of the process.

    Args:
        paths: Songs, folders or projects.
        is_new_window: Whether it opens a window although a studio may run already.
    """
    start_logging()
    log_qt_messages()
    application = make_application()
    if not is_new_window and hand_over(paths):
        logger.info("the studio that runs already has taken over")
        return 0
    settings = Settings(user_store(), application)
    install_translations(application, settings.language)
    theme = Theme(application, settings.theme)
    errors = UncaughtErrors(application)
    errors.install()
    studio = Studio(settings, theme)
    errors.error_raised.connect(studio.window.banner.show_error)
    signals = EndSignals(application)
    signals.raised.connect(studio.window.close)
    door = StudioDoor(studio)
    door.paths_arrived.connect(studio.welcome)
    studio.begun.connect(door.open)
    studio.window.closing.connect(door.close)
    studio.start(paths)
    logger.info("strata %s starts", product_version())
    status = application.exec()
    door.close()
    studio.stop()
    signals.stop()
    errors.remove()
    logger.info("strata ends with status %d", status)
    return status


def make_application() -> QApplication:
    """Make the one QApplication of the process."""
    sys.setswitchinterval(SWITCH_SECONDS)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Strata")
    application.setApplicationDisplayName("Strata")
    application.setOrganizationName("Strata")
    application.setApplicationVersion(product_version())
    application.setDesktopFileName(DESKTOP_NAME)
    application.setWindowIcon(application_icon())
    return application


def install_translations(application: QApplication, language: str) -> list[QTranslator]:
    """Speak the user's language: Strata's own texts, and those of Qt's dialogs.

    Args:
        application: Keeps the translations.
        language: Such as ``de``; ``system`` for the system's.

    Returns:
        What was installed.
    """
    locale = QLocale() if language == "system" else QLocale(language)
    QLocale.setDefault(locale)
    folders = (
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        ("strata", str(resource_path("i18n"))),
    )
    installed: list[QTranslator] = []
    for name, folder in folders:
        translator = QTranslator(application)
        # English needs a file, too: for its plural forms.
        if any(translator.load(each, name, "_", folder) for each in (locale, QLocale("en"))):
            application.installTranslator(translator)
            installed.append(translator)
    return installed


class EndSignals(QObject):
    """Turns Ctrl-C and SIGTERM into a wish to close the window.

    Python handles signals only between two of its own instructions, which may be long in coming
    while Qt waits for events. So a socket wakes Qt up.

    Signals:
        raised: One of the signals has arrived.
    """

    raised = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._receiver, self._sender = socket.socketpair()
        for end in (self._receiver, self._sender):
            end.setblocking(False)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        self._notifier = QSocketNotifier(self._receiver.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._take)

    def stop(self) -> None:
        """Listen no longer."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._receiver.close()
        self._sender.close()

    def _take(self) -> None:
        self._receiver.recv(64)
        self.raised.emit()
