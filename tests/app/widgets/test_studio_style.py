"""An empty check box can be seen, on light ground and on dark."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QRadioButton
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
