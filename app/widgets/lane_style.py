"""Names and colours of the lanes as they are on screen."""

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QPalette

from app.model.mix_state import MIX_LANE
from app.model.song import Song

translate = QCoreApplication.translate

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart. The first
# four are those of other programs that write stems.
_COLOURS = {
    "drums": "#009e73",
    "bass": "#d55e00",
    "other": "#cc79a7",
    "vocals": "#56b4e9",
    "guitar": "#e69f00",
    "piano": "#f0e442",
    "strings": "#0072b2",
    "wind": "#a6761d",
    "residual": "#8c929c",
    MIX_LANE: "#7d8ba1",
}
_FURTHER_COLOURS = ("#e69f00", "#f0e442", "#0072b2", "#a6761d", "#cc79a7")
_SOURCE_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442")  # neighbours far apart
_NUMBERED_SOURCE = re.compile(r"source ([1-9]\d*)")

MUTE_COLOUR = "#d55e00"
SOLO_COLOUR = "#e69f00"
CLIP_COLOUR = "#d7301f"

CONTRAST = 3.0  # what WCAG asks of graphics


def lane_title(song: Song, name: str) -> str:
    """Return a lane's name: the user's, or the stem's own in the user's language."""
    return song.state.lane(name).title or standard_title(name)


def standard_title(name: str) -> str:
    """Return a stem's own name in the user's language; that of an unknown stem is its id.

    English ids are in files and projects; these are only for the eye.
    """
    titles = {
        MIX_LANE: translate("LaneStyle", "Original"),
        "drums": translate("LaneStyle", "Drums"),
        "bass": translate("LaneStyle", "Bass"),
        "other": translate("LaneStyle", "Other"),
        "vocals": translate("LaneStyle", "Vocals"),
        "guitar": translate("LaneStyle", "Guitar"),
        "piano": translate("LaneStyle", "Piano"),
        "strings": translate("LaneStyle", "Strings"),
        "wind": translate("LaneStyle", "Wind"),
        "residual": translate("LaneStyle", "Residual"),
    }
    if (numbered := _NUMBERED_SOURCE.fullmatch(name)) is not None:
        return translate("LaneStyle", "Source {0}").format(numbered[1])
    return titles.get(name, name.replace("_", " ").capitalize())


def lane_colour(song: Song, name: str) -> QColor:
    """Return a lane's colour: the user's, or the stem's own."""
    chosen = song.state.lane(name).colour
    if chosen and QColor.isValidColorName(chosen):
        return QColor(chosen)
    if name in _COLOURS:
        return QColor(_COLOURS[name])
    if (numbered := _NUMBERED_SOURCE.fullmatch(name)) is not None:
        return QColor(_SOURCE_COLOURS[(int(numbered[1]) - 1) % len(_SOURCE_COLOURS)])
    unknown = [track.name for track in song.stems if track.name not in _COLOURS]
    place = unknown.index(name) if name in unknown else 0
    return QColor(_FURTHER_COLOURS[place % len(_FURTHER_COLOURS)])


def drawn_on(colour: QColor, background: QColor, contrast: float = CONTRAST) -> QColor:
    """Move a colour's lightness until it stands out from what is behind it."""
    darker = luminance(background) > 0.18  # where black and white are equally far
    drawn = QColor(colour)
    for _ in range(40):
        if contrast_ratio(drawn, background) >= contrast:
            break
        lightness = drawn.lightnessF() + (-0.02 if darker else 0.02)
        drawn = QColor.fromHslF(
            max(0.0, drawn.hslHueF()), drawn.hslSaturationF(), min(max(0.0, lightness), 1.0)
        )
    return drawn


def blended(colour: QColor, background: QColor, share: float) -> QColor:
    """Mix a colour into what is behind it, as if it were drawn translucent."""

    def mixed(front: float, behind: float) -> float:
        return min(max(0.0, share * front + (1.0 - share) * behind), 1.0)

    return QColor.fromRgbF(
        mixed(colour.redF(), background.redF()),
        mixed(colour.greenF(), background.greenF()),
        mixed(colour.blueF(), background.blueF()),
    )


def text_on(colour: QColor, palette: QPalette) -> QColor:
    """Choose the palette's text or background for text on a colour, whichever is clearer."""
    candidates = (palette.text().color(), palette.base().color())
    return max(candidates, key=lambda candidate: contrast_ratio(candidate, colour))


def contrast_ratio(one: QColor, other: QColor) -> float:
    """Return the ratio of two colours' luminances after WCAG, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: QColor) -> float:
    """Return how bright a colour is to the eye, 0 to 1, after WCAG."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
