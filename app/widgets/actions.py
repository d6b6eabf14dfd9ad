"""Every action of the studio, made once, with its key; menus, buttons and pop-ups share them."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.widgets.icons import set_icon

Key = QKeySequence.StandardKey
Keys = Key | str | tuple[Key | str, ...]

NUM_LANES_WITH_KEYS = 9
LOOP_BARS = (1, 2, 4, 8, 16)

# Qt's own German leaves this key in English; keyboards call it by another name.
QT_TRANSLATE_NOOP("QShortcut", "Return")


class Actions(QObject):
    """All actions, as attributes.

    They do nothing by themselves: the commands connect to ``triggered``. Keys work in the whole
    window; a text field keeps the letters that are typed into it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._make_file_actions()
        self._make_edit_actions()
        self._make_view_actions()
        self._make_transport_actions()
        self._make_tempo_actions()
        self._make_queue_actions()
        self._make_stem_actions()
        self._make_help_actions()

    def _make_file_actions(self) -> None:
        self.open_files = self._action(self.tr("&Open Songs…"), Key.Open, icon="open")
        self.open_folder = self._action(self.tr("Open &Folder of Songs…"), "Ctrl+Shift+O")
        self.open_project = self._action(self.tr("Open &Project…"), "Ctrl+Alt+O")
        self.open_demo = self._action(self.tr("Open the &Demo Song"))
        self.open_last = self._action(self.tr("Reopen Last Sess&ion"), "Ctrl+Shift+T")
        self.start_afresh = self._action(self.tr("Start Afresh &with the File"), "Ctrl+Shift+N")
        self.save = self._action(self.tr("&Save Project"), Key.Save, icon="save")
        self.save_copy = self._action(self.tr("Save a &Copy of the Project…"), "Ctrl+Shift+S")
        self.export = self._action(self.tr("&Export…"), "Ctrl+E", icon="export")
        self.show_folder = self._action(self.tr("Show in File &Manager"), "Ctrl+Shift+R")
        self.show_lane_file = self._action(self.tr("Show the File of the Stem"))
        self.close_song = self._action(self.tr("C&lose Song"), Key.Close, icon="remove")
        self.quit = self._action(
            self.tr("&Quit"), (Key.Quit, "Ctrl+Q"), role=QAction.MenuRole.QuitRole
        )

    def _make_edit_actions(self) -> None:
        self.undo = self._action(self.tr("&Undo"), Key.Undo, icon="undo")
        self.redo = self._action(self.tr("&Redo"), (Key.Redo, "Ctrl+Y"), icon="redo")
        self.select_all = self._action(self.tr("Select the &Whole Song"), Key.SelectAll)
        self.clear_selection = self._action(self.tr("&Clear the Selection"), "Ctrl+Shift+A")
        self.copy_lane = self._action(self.tr("Copy the Stem as a &File"), Key.Copy)
        self.copy_all = self._action(self.tr("Copy &All Stems as Files"), "Ctrl+Shift+C")
        self.settings = self._action(
            self.tr("Se&ttings…"),
            (Key.Preferences, "Ctrl+,"),
            icon="settings",
            role=QAction.MenuRole.PreferencesRole,
        )

    def _make_view_actions(self) -> None:
        self.zoom_in = self._action(
            self.tr("Zoom &In"), (Key.ZoomIn, "Ctrl+="), icon="zoom_in", repeats=True
        )
        self.zoom_out = self._action(
            self.tr("Zoom &Out"), Key.ZoomOut, icon="zoom_out", repeats=True
        )
        self.zoom_fit = self._action(self.tr("Fit the Whole &Song"), "F", icon="zoom_fit")
        self.zoom_selection = self._action(
            self.tr("Fit the S&election"), "Z", icon="zoom_selection"
        )
        self.taller = self._action(
            self.tr("&Taller Waveforms"), "Shift+Up", icon="taller", repeats=True
        )
        self.flatter = self._action(
            self.tr("F&latter Waveforms"), "Shift+Down", icon="flatter", repeats=True
        )
        self.true_height = self._action(self.tr("True &Height of Waveforms"), "Ctrl+0")
        self.follow = self._action(
            self.tr("&Follow the Playhead"),
            ("Shift+F", "`", "Ctrl+Shift+F"),
            icon="follow",
            checkable=True,
        )
        self.spectrogram = self._action(
            self.tr("S&pectrogram of the Stem"), "G", icon="spectrogram", checkable=True
        )
        self.show_queue = self._action(
            self.tr("&Queue"), "Ctrl+Shift+L", icon="queue", checkable=True
        )
        self.full_screen = self._action(
            self.tr("F&ull Screen"), ("F11", Key.FullScreen), checkable=True
        )

    def _make_transport_actions(self) -> None:
        self.play = self._action(self.tr("&Play"), "Space", icon="play")
        self.play_from_start = self._action(
            self.tr("Play from the &Start"), ("Return", "Enter", "Shift+Space")
        )
        self.return_to_start = self._action(self.tr("Go to the St&art"), "Home", icon="return")
        self.go_to_end = self._action(self.tr("Go to the E&nd"), "End")
        self.back = self._action(self.tr("&Back 1 Second"), "Left", repeats=True)
        self.forward = self._action(self.tr("&Forward 1 Second"), "Right", repeats=True)
        self.back_far = self._action(self.tr("Back 5 Seconds"), "Shift+Left", repeats=True)
        self.forward_far = self._action(self.tr("Forward 5 Seconds"), "Shift+Right", repeats=True)
        self.back_little = self._action(self.tr("Back 10 Milliseconds"), "Ctrl+Left", repeats=True)
        self.forward_little = self._action(
            self.tr("Forward 10 Milliseconds"), "Ctrl+Right", repeats=True
        )
        self.go_to = self._action(self.tr("&Go to a Time…"), "Ctrl+G")
        self.loop = self._action(self.tr("&Loop"), "L", icon="loop", checkable=True)
        self.loop_in = self._action(self.tr("Loop Starts &Here"), ("I", "["))
        self.loop_out = self._action(self.tr("Loop &Ends Here"), ("O", "]"))
        self.type_loop = self._action(self.tr("&Type the Loop’s Places…"), "Shift+L")
        self.compare = self._action(
            self.tr("Hear the &Original"), "B", icon="compare", checkable=True
        )
        self.hear_residual = self._action(self.tr("Hear the &Residual Alone"), "R", checkable=True)
        self.louder = self._action(self.tr("Lo&uder"), "Ctrl+Up", repeats=True)
        self.quieter = self._action(self.tr("&Quieter"), "Ctrl+Down", repeats=True)

    def _make_tempo_actions(self) -> None:
        self.tempo = self._action(self.tr("&Tempo…"), "Shift+T", icon="tempo")
        self.tap_tempo = self._action(self.tr("T&ap the Tempo"), "T")
        self.bar_one = self._action(self.tr("Bar &1 Begins Here"), "D")
        self.clear_tempo = self._action(self.tr("&Clear the Tempo"))
        self.loop_bars = tuple(self._action(self.tr("%n Bar(s)", "", bars)) for bars in LOOP_BARS)
        self.loop_bars_typed = self._action(self.tr("&Other Number of Bars…"), "Ctrl+L")
        self.snap = self._action(self.tr("&Snap to the Grid"), "N", checkable=True)
        self.back_beat = self._action(self.tr("&Back 1 Beat"), "Alt+Left", repeats=True)
        self.forward_beat = self._action(self.tr("&Forward 1 Beat"), "Alt+Right", repeats=True)
        self.back_bar = self._action(self.tr("Back 1 Bar"), "Alt+Shift+Left", repeats=True)
        self.forward_bar = self._action(self.tr("Forward 1 Bar"), "Alt+Shift+Right", repeats=True)

    def _make_queue_actions(self) -> None:
        self.separate = self._action(self.tr("Separate A&gain"), "Ctrl+R", icon="separate")
        self.pause_song = self._action(self.tr("&Pause"), "Ctrl+P", icon="pause")
        self.resume_all = self._action(self.tr("Go On with &All"), "Ctrl+Alt+P", icon="play")
        self.cancel_song = self._action(self.tr("&Cancel"), "Ctrl+.", icon="cancel")
        self.retry_song = self._action(self.tr("&Try Again"), "Ctrl+T", icon="retry")
        self.retry_all = self._action(self.tr("Try All A&gain"), "Ctrl+Alt+T", icon="retry")
        self.move_up = self._action(self.tr("Move &Up in the Queue"), "Alt+Up", icon="up")
        self.move_down = self._action(self.tr("Move &Down in the Queue"), "Alt+Down", icon="down")

    def _make_stem_actions(self) -> None:
        self.previous_lane = self._action(self.tr("Previous Stem"), "Up", repeats=True)
        self.next_lane = self._action(self.tr("Next Stem"), "Down", repeats=True)
        self.to_lanes = self._action(self.tr("Back to the S&tems"), "Esc")
        self.mute = self._action(self.tr("&Mute"), "M", icon="mute", checkable=True)
        self.solo = self._action(self.tr("&Solo"), "S", icon="solo", checkable=True)
        self.solo_only = self._action(self.tr("Solo &Only This Stem"), "Alt+S")
        self.lane_louder = self._action(self.tr("Stem Louder"), "+", repeats=True)
        self.lane_quieter = self._action(self.tr("Stem Quieter"), "-", repeats=True)
        self.rename_lane = self._action(self.tr("Re&name the Lane"), "F2")
        self.colour_lane = self._action(self.tr("Co&lour of the Lane…"), "Shift+F2")
        self.reset_mix = self._action(self.tr("&Reset the Mix"), "Ctrl+Shift+M")
        self.solo_numbers = tuple(
            self._action(self.tr("Solo Stem {0}").format(n), str(n))
            for n in range(1, NUM_LANES_WITH_KEYS + 1)
        )
        self.mute_numbers = tuple(
            self._action(self.tr("Mute Stem {0}").format(n), f"Shift+{n}")
            for n in range(1, NUM_LANES_WITH_KEYS + 1)
        )

    def _make_help_actions(self) -> None:
        self.manual = self._action(self.tr("&Manual"), (Key.HelpContents, "F1"), icon="help")
        self.shortcuts = self._action(self.tr("&Keyboard"), "Ctrl+/", icon="keyboard")
        self.diagnostics = self._action(self.tr("&Diagnostics"), "Ctrl+Shift+D")
        self.about = self._action(
            self.tr("&About Strata"), icon="info", role=QAction.MenuRole.AboutRole
        )

    def _action(
        self,
        text: str,
        keys: Keys = (),
        *,
        icon: str = "",
        checkable: bool = False,
        repeats: bool = False,
        role: QAction.MenuRole = QAction.MenuRole.NoRole,
    ) -> QAction:
        action = QAction(text, self)
        action.setCheckable(checkable)
        action.setAutoRepeat(repeats)
        action.setMenuRole(role)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setShortcuts(_sequences(keys))
        if icon:
            set_icon(action, icon)
        describe(action, plain_text(text))
        self._window.addAction(action)
        return action


def describe(action: QAction, tip: str) -> None:
    """Give an action a tool tip that ends with its key."""
    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{tip} ({key})" if key else tip)
    action.setStatusTip("")


def plain_text(text: str) -> str:
    """Return a menu's text without its mnemonic and dots."""
    return text.replace("&", "").removesuffix("…")


def _sequences(keys: Keys) -> list[QKeySequence]:
    wanted = keys if isinstance(keys, tuple) else (keys,)
    found: list[QKeySequence] = []
    for key in wanted:
        bindings = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
        found += [each for each in bindings if each not in found]
    return found
