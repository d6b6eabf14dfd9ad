"""The dialog of the settings."""

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.model.settings import Settings, user_store
from app.widgets.settings_dialog import SettingsDialog


def test_close_is_what_enter_presses(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(user_store()), (), ())
    qtbot.addWidget(dialog)
    dialog.show()
    buttons = dialog.findChildren(QPushButton)

    assert [button.text().replace("&", "") for button in buttons if button.isDefault()] == ["Close"]
    assert not any(button.autoDefault() for button in buttons if not button.isDefault())
    dialog.close()
