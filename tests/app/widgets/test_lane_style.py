from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.model.mix_state import MIX_LANE
from app.widgets.lane_style import (
    CONTRAST,
    contrast_ratio,
    drawn_on,
    lane_colour,
    lane_title,
    standard_title,
    text_on,
)
from app.widgets.theme import DARK, LIGHT, ThemeColours, theme_palette
from tests.app.widgets.made_songs import made_song

KNOWN = ("drums", "bass", "other", "vocals", "guitar", "piano", "strings", "wind", "residual")
SILENCE = np.zeros((100, 2), np.float32)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("name", [*KNOWN, MIX_LANE, "source 1", "source 2", "kazoo"])
def test_every_lane_stands_out_from_either_theme(theme: ThemeColours, name: str) -> None:
    song = made_song({MIX_LANE: SILENCE, "kazoo": SILENCE})
    background = QColor(theme.base)

    colour = drawn_on(lane_colour(song, name), background)

    assert contrast_ratio(colour, background) >= CONTRAST


def test_lanes_of_known_stems_have_different_colours_and_names() -> None:
    song = made_song({MIX_LANE: SILENCE})

    assert len({lane_colour(song, name).name() for name in (*KNOWN, MIX_LANE)}) == 10
    assert len({lane_title(song, name) for name in (*KNOWN, MIX_LANE)}) == 10


def test_unknown_stems_are_named_after_their_ids_and_differ_in_colour() -> None:
    song = made_song({MIX_LANE: SILENCE, "hand_claps": SILENCE, "kazoo": SILENCE})

    assert standard_title("hand_claps") == "Hand claps"
    assert lane_colour(song, "hand_claps") != lane_colour(song, "kazoo")


def test_sources_without_names_are_numbered_and_differ_in_colour() -> None:
    song = made_song({MIX_LANE: SILENCE, "source 1": SILENCE, "source 2": SILENCE})
    numbered = [f"source {number}" for number in range(1, 6)]

    assert [standard_title(name) for name in numbered[:2]] == ["Source 1", "Source 2"]
    assert standard_title("source code") == "Source code"
    assert len({lane_colour(song, name).name() for name in numbered}) == 5
    assert lane_colour(song, "source 6") == lane_colour(song, "source 1")


def test_the_users_name_and_colour_win() -> None:
    song = made_song({MIX_LANE: SILENCE, "drums": SILENCE})
    lane = replace(song.state.lane("drums"), title="Kit", colour="#123456")

    song.change_lane("drums", lane, "")

    assert lane_title(song, "drums") == "Kit"
    assert lane_colour(song, "drums") == QColor("#123456")


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_on_a_lanes_colour_can_be_read(theme: ThemeColours) -> None:
    song = made_song({MIX_LANE: SILENCE})
    palette = theme_palette(theme)

    for name in KNOWN:
        colour = lane_colour(song, name)
        assert contrast_ratio(text_on(colour, palette), colour) >= CONTRAST


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast_ratio(QColor("black"), QColor("white")) == pytest.approx(21.0)
