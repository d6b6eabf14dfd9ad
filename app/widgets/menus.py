"""The menu bar: where each action stands."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.widgets.actions import Actions

translate = QCoreApplication.translate

SEPARATOR = None
Entries = Sequence[QAction | QMenu | None]


def fill_menu_bar(bar: QMenuBar, actions: Actions, recent: QMenu) -> None:
    """Build File, Edit, View, Transport, Stems and Help."""
    a = actions
    file_menu: Entries = (
        a.open_files, a.open_folder, a.open_project, recent, a.open_last, a.open_demo, SEPARATOR,
        a.start_afresh, a.save, a.save_copy, a.export, a.show_folder, SEPARATOR,
        a.close_song, a.quit,
    )  # fmt: skip
    edit_menu: Entries = (
        a.undo, a.redo, SEPARATOR, a.copy_lane, a.copy_all, SEPARATOR,
        a.select_all, a.clear_selection, SEPARATOR, a.settings,
    )  # fmt: skip
    view_menu: Entries = (
        a.zoom_in, a.zoom_out, a.zoom_fit, a.zoom_selection, a.follow, SEPARATOR,
        a.taller, a.flatter, a.true_height, SEPARATOR, a.spectrogram, a.show_queue, a.full_screen,
    )  # fmt: skip
    transport_menu: Entries = (
        a.play, a.play_from_start, a.return_to_start, a.go_to_end, SEPARATOR,
        a.back, a.forward, a.back_far, a.forward_far, a.back_little, a.forward_little, a.go_to,
        SEPARATOR,
        a.loop, a.loop_in, a.loop_out, a.type_loop, tempo_menu(a, bar), SEPARATOR,
        a.compare, a.hear_residual, SEPARATOR, a.louder, a.quieter,
    )  # fmt: skip
    solo_numbers = QMenu(translate("Menus", "Solo b&y Number"), bar)
    solo_numbers.addActions(a.solo_numbers)
    mute_numbers = QMenu(translate("Menus", "Mute &by Number"), bar)
    mute_numbers.addActions(a.mute_numbers)
    queue = QMenu(translate("Menus", "&Queue"), bar)
    queue.addActions([a.pause_song, a.resume_all, a.cancel_song, a.retry_song, a.retry_all])
    queue.addActions([a.move_up, a.move_down])
    stems_menu: Entries = (
        a.separate, queue, SEPARATOR,
        a.mute, a.solo, a.solo_only, solo_numbers, mute_numbers, SEPARATOR,
        a.previous_lane, a.next_lane, a.to_lanes, a.lane_louder, a.lane_quieter, SEPARATOR,
        a.rename_lane, a.colour_lane, a.reset_mix,
    )  # fmt: skip
    help_menu: Entries = (a.manual, a.shortcuts, a.diagnostics, SEPARATOR, a.about)
    for title, entries in (
        (translate("Menus", "&File"), file_menu),
        (translate("Menus", "&Edit"), edit_menu),
        (translate("Menus", "&View"), view_menu),
        (translate("Menus", "&Transport"), transport_menu),
        (translate("Menus", "Ste&ms"), stems_menu),
        (translate("Menus", "&Help"), help_menu),
    ):
        fill_menu(bar.addMenu(title), entries)


def tempo_menu(actions: Actions, parent: QWidget) -> QMenu:
    """Build the submenu of tempo and bars."""
    a = actions
    menu = QMenu(translate("Menus", "Te&mpo and Bars"), parent)
    loop_menu = QMenu(translate("Menus", "The &Loop Is"), parent)
    fill_menu(loop_menu, (*a.loop_bars, SEPARATOR, a.loop_bars_typed))
    entries: Entries = (
        a.tempo, a.tap_tempo, loop_menu, a.bar_one, a.clear_tempo, SEPARATOR,
        a.snap, SEPARATOR,
        a.back_beat, a.forward_beat, a.back_bar, a.forward_bar,
    )  # fmt: skip
    fill_menu(menu, entries)
    return menu


def fill_menu(menu: QMenu, entries: Entries) -> None:
    """Add actions, submenus and separators to a menu."""
    for entry in entries:
        if entry is SEPARATOR:
            menu.addSeparator()
        elif isinstance(entry, QMenu):
            menu.addMenu(entry)
        else:
            menu.addAction(entry)
