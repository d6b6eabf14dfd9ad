"""An empty check box can be seen, on light ground and on dark."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QDialogButtonBox, QRadioButton, QStyle
from pytestqt.qtbot import QtBot

from app.widgets.lane_style import contrast_ratio
from app.widgets.studio_style import StudioStyle
from app.widgets.theme import DARK, LIGHT, ThemeColours, theme_palette


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_an_empty_indicator_stands_out_from_the_window(
    kind: type[QCheckBox] | type[QRadioButton], colours: ThemeColours, qtbot: QtBot
) -> None:
    style = StudioStyle()
    button = kind()
    qtbot.addWidget(button)
    button.setStyle(style)
    button.setPalette(theme_palette(colours))
    button.resize(button.sizeHint())

    image = button.grab().toImage()
    row = image.height() // 2
    pixels = [image.pixelColor(x, row) for x in range(image.width())]
    window = QColor(colours.window)
    assert max(contrast_ratio(pixel, window) for pixel in pixels) >= 3.0


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_cross_that_clears_a_line_has_the_colour_of_text(
    colours: ThemeColours, qapp: QApplication
) -> None:
    before = qapp.palette()
    qapp.setPalette(theme_palette(colours))
    try:
        icon = StudioStyle().standardIcon(QStyle.StandardPixmap.SP_LineEditClearButton)
    finally:
        qapp.setPalette(before)

    image = icon.pixmap(32, 32).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    drawn = [pixel for pixel in pixels if pixel.alpha() == 255]
    assert drawn
    assert {pixel.name() for pixel in drawn} == {colours.text}


def test_buttons_of_dialogs_have_no_icons_of_the_desktop(qtbot: QtBot) -> None:
    style = StudioStyle()
    box = QDialogButtonBox()
    qtbot.addWidget(box)

    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert style.styleHint(hint, None, box) == 0
