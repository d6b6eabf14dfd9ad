"""Colours of the timeline, all made from the palette and the lane's own colour."""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from app.widgets.lane_style import blended, drawn_on

DIMMED = 0.42  # share of a lane's colour that is left where the lane is not heard
PEAK_SHARE = 0.5  # of the colour, in the part between loudness and peaks


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineColours:
    """What the timeline paints with besides the lanes' colours.

    Attributes:
        background: Behind waveforms.
        raised: Of ruler and headers.
        line: Between lanes.
        grid: Marks of time behind waveforms.
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
    hatch: QColor
    text: QColor
    faint_text: QColor
    accent: QColor
    selection: QColor
    playhead: QColor

    @classmethod
    def of(cls, palette: QPalette) -> "TimelineColours":
        """Take the colours out of a palette."""
        base, text = palette.base().color(), palette.text().color()
        selection = QColor(palette.highlight().color())
        selection.setAlphaF(0.22)
        return cls(
            background=base,
            raised=palette.window().color(),
            line=blended(text, base, 0.22),
            grid=blended(text, base, 0.09),
            hatch=blended(text, base, 0.13),
            text=text,
            faint_text=palette.placeholderText().color(),
            accent=palette.highlight().color(),
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
        grid: Marks of time.
        hatch: Where there is no audio yet.
    """

    body: QColor
    peak: QColor
    background: QColor
    grid: QColor
    hatch: QColor

    @classmethod
    def of(cls, colour: QColor, colours: TimelineColours, *, is_dimmed: bool) -> "WaveformLook":
        """Make a lane's colours stand out from the background, less so where it is not heard."""
        background = colours.background
        body = drawn_on(colour, background)
        if is_dimmed:
            body = blended(body, background, DIMMED)
        return cls(
            body=body,
            peak=blended(body, background, PEAK_SHARE),
            background=background,
            grid=colours.grid,
            hatch=colours.hatch,
        )
