"""Colours of the timeline, all made from the palette and the lane's own colour."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor, QPalette

from app.widgets.lane_style import blended, drawn_on

DIMMED = 0.5  # share of a lane's colour that is left where the lane is not heard
SHADES = 16  # steps of a smooth edge
PEAK_SHARE = 0.56  # of the colour, in the part between loudness and peaks


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineColours:
    """What the timeline paints with besides the lanes' colours.

    Attributes:
        background: Behind waveforms.
        raised: Of ruler and headers.
        line: Between lanes.
        grid: Marks of time and beats behind waveforms.
        bar: The same for bars that stand out.
        hatch: Where there is no audio yet.
        text: On all of these.
        faint_text: Less important text.
        accent: Edges of the selection, focus.
        selection: Translucent, over waveforms.
        playhead: Its line.
    """

    background: QColor
    raised: QColor
    line: QColor
    grid: QColor
    bar: QColor
    hatch: QColor
    text: QColor
    faint_text: QColor
    accent: QColor
    selection: QColor
    playhead: QColor

    @classmethod
    def of(cls, palette: QPalette) -> "TimelineColours":
        """Take the colours out of a palette."""
        roles = (palette.base(), palette.window(), palette.text(), palette.placeholderText())
        brushes = (*roles, palette.highlight())
        return _mixed_colours(*(brush.color().rgba() for brush in brushes))


@lru_cache(maxsize=8)  # asked for at every paint; mixing colours is slow
def _mixed_colours(
    base_rgba: int, window_rgba: int, text_rgba: int, faint_rgba: int, accent_rgba: int
) -> TimelineColours:
    base, text, accent = QColor(base_rgba), QColor(text_rgba), QColor(accent_rgba)
    selection = QColor(accent)
    selection.setAlphaF(0.22)
    return TimelineColours(
        background=base,
        raised=QColor(window_rgba),
        line=blended(text, base, 0.22),
        grid=blended(text, base, 0.09),
        bar=blended(text, base, 0.16),
        hatch=blended(text, base, 0.13),
        text=text,
        faint_text=QColor.fromRgba(faint_rgba),
        accent=accent,
        selection=selection,
        playhead=text,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveformLook:
    """Colours of one lane's waveform.

    Attributes:
        body: Up to its loudness, and of lines between samples.
        peak: Between loudness and peaks.
        background: Behind it.
        grid: Marks of time and beats.
        bar: Starts of bars.
        hatch: Where there is no audio yet.
    """

    body: QColor
    peak: QColor
    background: QColor
    grid: QColor
    bar: QColor
    hatch: QColor

    @classmethod
    def of(cls, colour: QColor, colours: TimelineColours, *, is_dimmed: bool) -> "WaveformLook":
        """Make a lane's colours stand out from the background, less so where it is not heard."""
        others = (colours.background, colours.grid, colours.bar, colours.hatch)
        rgba = (other.rgba() for other in others)
        return _mixed_look(colour.rgba(), *rgba, is_dimmed=is_dimmed)

    def shades(self) -> list[int]:
        """Return the colours of a picture: background, steps to peak, steps to body, and marks."""
        return list(
            _mixed_shades(
                *(
                    colour.rgba()
                    for colour in (
                        self.background,
                        self.peak,
                        self.body,
                        self.grid,
                        self.hatch,
                        self.bar,
                    )
                )
            )
        )


@lru_cache(maxsize=64)
def _mixed_look(
    colour_rgba: int,
    background_rgba: int,
    grid_rgba: int,
    bar_rgba: int,
    hatch_rgba: int,
    *,
    is_dimmed: bool,
) -> WaveformLook:
    background = QColor(background_rgba)
    body = drawn_on(QColor(colour_rgba), background)
    if is_dimmed:
        body = blended(body, background, DIMMED)
    return WaveformLook(
        body=body,
        peak=blended(body, background, PEAK_SHARE),
        background=background,
        grid=QColor(grid_rgba),
        bar=QColor(bar_rgba),
        hatch=QColor(hatch_rgba),
    )


@lru_cache(maxsize=64)
def _mixed_shades(
    background_rgba: int,
    peak_rgba: int,
    body_rgba: int,
    grid_rgba: int,
    hatch_rgba: int,
    bar_rgba: int,
) -> tuple[int, ...]:
    background, peak, body = QColor(background_rgba), QColor(peak_rgba), QColor(body_rgba)
    steps = [step / SHADES for step in range(1, SHADES + 1)]
    mixed = [blended(peak, background, step) for step in steps]
    mixed += [blended(body, peak, step) for step in steps]
    return (background_rgba, *(colour.rgb() for colour in mixed), grid_rgba, hatch_rgba, bar_rgba)
