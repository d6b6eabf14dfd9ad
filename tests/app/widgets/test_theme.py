from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from app.resource_files import resource_path
from app.widgets.icons import icon_pixmap, set_icon
from app.widgets.lane_style import contrast_ratio
from app.widgets.theme import DARK, LIGHT, Theme, ThemeColours, is_dark, theme_palette

THEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]


@pytest.mark.parametrize("colours", THEMES)
@pytest.mark.parametrize("ground", ["window", "base", "raised", "error", "notice"])
def test_text_can_be_read_on_every_ground(colours: ThemeColours, ground: str) -> None:
    behind = QColor(getattr(colours, ground))

    assert contrast_ratio(QColor(colours.text), behind) >= 7.0
    if ground in ("window", "base"):
        assert contrast_ratio(QColor(colours.faint_text), behind) >= 4.5
        assert contrast_ratio(QColor(colours.link), behind) >= 4.5
        assert contrast_ratio(QColor(colours.accent), behind) >= 3.0


@pytest.mark.parametrize("colours", THEMES)
def test_text_can_be_read_on_the_accent(colours: ThemeColours) -> None:
    assert contrast_ratio(QColor(colours.accent_text), QColor(colours.accent)) >= 4.5


@pytest.mark.parametrize("colours", THEMES)
def test_every_colour_of_a_theme_is_one(colours: ThemeColours) -> None:
    assert all(QColor.isValidColorName(getattr(colours, each.name)) for each in fields(colours))


def test_the_choice_replaces_the_palette_at_once(qapp: QApplication) -> None:
    theme = Theme(qapp, "dark")
    assert is_dark(qapp.palette())

    theme.choice = "light"

    assert not is_dark(qapp.palette())
    assert qapp.palette() == theme_palette(LIGHT)


def test_icons_follow_the_palette(qapp: QApplication) -> None:
    theme = Theme(qapp, "light")
    button = QPushButton()
    set_icon(button, "play")
    light = button.icon().pixmap(16, 16).toImage()

    theme.choice = "dark"

    dark = button.icon().pixmap(16, 16).toImage()
    assert light != dark
    centre = dark.pixelColor(8, 8)
    assert centre.name() == qapp.palette().color(QPalette.ColorRole.ButtonText).name()
    theme.choice = "light"


@pytest.mark.parametrize("name", sorted(path.stem for path in resource_path("icons").glob("*.svg")))
def test_every_icon_draws_something(qapp: QApplication, name: str) -> None:
    image = icon_pixmap(name, 24, QColor("#808080")).toImage()
    drawn = [image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)]

    assert max(drawn) > 200
    assert name == "strata" or min(drawn) == 0
