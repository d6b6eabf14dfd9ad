"""The dialog of the settings."""

from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.model.settings import Settings, user_store
from app.widgets.elided_path import ElidedPath
from app.widgets.settings_dialog import SettingsDialog


def test_close_is_what_enter_presses(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(user_store()), (), ())
    qtbot.addWidget(dialog)
    dialog.show()
    buttons = dialog.findChildren(QPushButton)

    assert [button.text().replace("&", "") for button in buttons if button.isDefault()] == ["Close"]
    assert not any(button.autoDefault() for button in buttons if not button.isDefault())
    dialog.close()


def test_a_long_folder_keeps_its_beginning_and_its_end_beside_its_button(
    qtbot: QtBot, tmp_path: Path
) -> None:
    settings = Settings(user_store())
    settings.songs_folder = tmp_path / "very" / ("long " * 40).strip() / "Songs"
    dialog = SettingsDialog(settings, (), ())
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.findChildren(ElidedPath)[0]

    assert field.text().startswith(str(tmp_path)[:4])
    assert field.text().endswith("Songs")
    assert "…" in field.text()
    assert field.toolTip().endswith("Songs</qt>")
    dialog.close()
