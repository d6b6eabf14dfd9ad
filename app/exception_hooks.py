"""The outermost place of the studio: what nobody caught is logged, and the window told of it."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

from engine.errors import EngineError

logger = logging.getLogger(__name__)
qt_logger = logging.getLogger("qt")

EXIT_USER_ERROR = 2
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_NO_PLATFORM = "no Qt platform plugin could be initialized"

FatalHandler = Callable[[str], None]


class UncaughtErrors(QObject):
    """Reports in the GUI thread what was caught nowhere, in whichever thread it happened.

    Signals:
        error_raised: An ``EngineError`` that is fit to be shown.
    """

    error_raised = Signal(object)

    def install(self) -> None:
        """Take over the hooks of Python for this process."""
        sys.excepthook = self.report
        threading.excepthook = self._report_from_thread

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Log an error and tell the window."""
        if isinstance(error, EngineError):
            logger.error("an error reached the outermost place", exc_info=(kind, error, trace))
            self.error_raised.emit(error)
            return
        if not isinstance(error, Exception):  # a wish to end, such as KeyboardInterrupt
            sys.__excepthook__(kind, error, trace)
            return
        logger.critical("an error that nobody caught", exc_info=(kind, error, trace))
        self.error_raised.emit(
            EngineError(
                self.tr("Something went wrong that should not have."),
                remedy=self.tr("Your songs are kept. The log file has the details."),
            )
        )

    def _report_from_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def log_qt_messages() -> None:
    """Send what Qt says to the log; a missing display ends the process with one sentence."""
    qInstallMessageHandler(_log_qt_message)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if kind is QtMsgType.QtFatalMsg and _NO_PLATFORM in message:
        # Qt aborts after this call; only here can the process still end as it should.
        sys.stderr.write(
            "error: The studio needs a graphical desktop, and none could be opened. "
            "Start it from one, or take a song apart without it: "
            "strata separate SONG --out FOLDER\n"
        )
        sys.stderr.flush()
        os._exit(EXIT_USER_ERROR)
    if _is_noise(kind, message):
        return
    qt_logger.log(_LEVELS.get(kind, logging.WARNING), "%s", message)


def _is_noise(kind: QtMsgType, message: str) -> bool:
    # They precede the fatal message and would stand above its sentence.
    return kind is not QtMsgType.QtFatalMsg and (
        "platform plugin" in message or "could not connect to display" in message
    )
