"""What the Help menu does."""

import platform
import sys
from collections.abc import Callable

from PySide6.QtCore import QLibraryInfo, QLocale, QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QMainWindow

from app.log_file import log_path
from app.playback.transport import Transport
from app.widgets.about import AboutDialog
from app.widgets.actions import Actions
from app.widgets.diagnostics import DiagnosticsDialog, Facts
from app.widgets.manual_viewer import ManualViewer
from app.widgets.shortcuts_dialog import ShortcutsDialog
from engine.product_version import product_version


class HelpCommands(QObject):
    """Connects the actions of help with their dialogs; each is open at most once."""

    def __init__(
        self,
        transport: Transport,
        engine_facts: Callable[[], Facts],
        actions: Actions,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._transport = transport
        self._engine_facts = engine_facts
        self._window = window
        self._open: dict[type[QDialog], QDialog] = {}
        actions.manual.triggered.connect(self.show_manual)
        actions.shortcuts.triggered.connect(self.show_shortcuts)
        actions.diagnostics.triggered.connect(self.show_diagnostics)
        actions.about.triggered.connect(self.show_about)

    def show_manual(self) -> None:
        """Open the manual."""
        language = QLocale().name()
        self._show(ManualViewer, lambda: ManualViewer(language, self._window))

    def show_shortcuts(self) -> None:
        """Open the table of keys."""
        bar = self._window.menuBar()
        self._show(ShortcutsDialog, lambda: ShortcutsDialog(bar, self._window))

    def show_diagnostics(self) -> None:
        """Open the page of facts."""
        self._show(DiagnosticsDialog, lambda: DiagnosticsDialog(self.facts, self._window))

    def show_about(self) -> None:
        """Open the page about the program."""
        self._show(AboutDialog, lambda: AboutDialog(self._window))

    def facts(self) -> Facts:
        """Return what somebody who helps would ask for."""
        output = self._transport.output
        screen = self._window.screen()
        device = output.active_device_name or self.tr("none")
        latency = self.tr("{0} ms").format(round(output.latency_seconds * 1000))
        return (
            ("Strata", product_version()),
            (self.tr("System"), f"{platform.platform()}, {platform.machine()}"),
            ("Python", sys.version.split()[0]),
            ("Qt", f"{QLibraryInfo.version().toString()} ({QGuiApplication.platformName()})"),
            (
                self.tr("Screen"),
                f"{screen.size().width()} × {screen.size().height()}, "
                f"{screen.devicePixelRatio():g} ×",
            ),
            *self._engine_facts(),
            (self.tr("Sound card"), f"{device}, {output.device_rate} Hz"),
            (self.tr("Latency"), latency),
            (self.tr("Underruns"), str(self._transport.underruns)),
            (self.tr("Log"), str(log_path())),
        )

    def _show(self, kind: type[QDialog], make: Callable[[], QDialog]) -> None:
        dialog = self._open.get(kind)
        if dialog is None:
            dialog = make()
            self._open[kind] = dialog
            dialog.destroyed.connect(lambda: self._open.pop(kind, None))
            dialog.show()
        dialog.raise_()
        dialog.activateWindow()
