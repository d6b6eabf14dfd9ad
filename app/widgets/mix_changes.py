"""Every change that the user makes to a mix, as a named step of undo."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from app.model.frame_range import FrameRange
from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB, MixState
from app.model.song import Song
from app.widgets.lane_style import lane_title

translate = QCoreApplication.translate


def toggle_mute(song: Song, name: str) -> None:
    """Mute a lane, or let it be heard again."""
    lane = song.state.lane(name)
    text = (
        translate("MixChanges", "Unmute {lane}")
        if lane.muted
        else translate("MixChanges", "Mute {lane}")
    )
    song.change_lane(name, replace(lane, muted=not lane.muted), _named(song, name, text))


def toggle_solo(song: Song, name: str) -> None:
    """Add a lane to the soloed ones, or take it out."""
    lane = song.state.lane(name)
    text = (
        translate("MixChanges", "Unsolo {lane}")
        if lane.soloed
        else translate("MixChanges", "Solo {lane}")
    )
    song.change_lane(name, replace(lane, soloed=not lane.soloed), _named(song, name, text))


def toggle_only_solo(song: Song, name: str) -> None:
    """Solo a lane and no other; if it is so already, hear all lanes again."""
    soloed = [track.name for track in song.stems if song.state.lane(track.name).soloed]
    is_only_one = soloed == [name]
    state = song.state
    for track in song.stems:
        lane = state.lane(track.name)
        soloes = track.name == name and not is_only_one
        if lane.soloed != soloes:
            state = state.with_lane(track.name, replace(lane, soloed=soloes))
    text = (
        translate("MixChanges", "Unsolo {lane}")
        if is_only_one
        else translate("MixChanges", "Solo only {lane}")
    )
    song.change(state, _named(song, name, text))


def set_gain(song: Song, name: str, gain_db: float) -> None:
    """Move a lane's fader; steps that follow each other merge until ``end_merging``."""
    gain_db = min(max(MIN_GAIN_DB, gain_db), MAX_GAIN_DB)
    lane = replace(song.state.lane(name), gain_db=gain_db)
    text = _named(song, name, translate("MixChanges", "Gain of {lane}"))
    song.change_lane(name, lane, text, merge_key=f"gain {name}")


def set_pan(song: Song, name: str, pan: float) -> None:
    """Pan a lane; steps that follow each other merge until ``end_merging``."""
    lane = replace(song.state.lane(name), pan=min(max(-1.0, pan), 1.0))
    text = _named(song, name, translate("MixChanges", "Pan of {lane}"))
    song.change_lane(name, lane, text, merge_key=f"pan {name}")


def rename_lane(song: Song, name: str, title: str) -> None:
    """Give a lane the user's own name; an empty one brings the stem's back."""
    lane = replace(song.state.lane(name), title=title.strip())
    song.change_lane(name, lane, _named(song, name, translate("MixChanges", "Rename {lane}")))


def recolour_lane(song: Song, name: str, colour: str) -> None:
    """Give a lane a colour such as ``#009e73``; an empty one brings the stem's back."""
    lane = replace(song.state.lane(name), colour=colour)
    song.change_lane(name, lane, _named(song, name, translate("MixChanges", "Colour of {lane}")))


def select(song: Song, selection: FrameRange, *, loops: bool | None = None) -> None:
    """Mark frames.

    Args:
        song: Whose state changes.
        selection: The frames.
        loops: Whether playback repeats them; None leaves that as it is.
    """
    is_looping = song.state.is_looping if loops is None else loops
    song.change(
        replace(song.state, selection=selection, is_looping=is_looping),
        translate("MixChanges", "Loop") if loops else translate("MixChanges", "Selection"),
    )


def clear_selection(song: Song) -> None:
    """Mark nothing, and repeat nothing."""
    song.change(
        replace(song.state, selection=None, is_looping=False),
        translate("MixChanges", "Clear selection"),
    )


def toggle_looping(song: Song) -> None:
    """Repeat the selection, or the whole song if nothing is marked; or play on again."""
    state: MixState = replace(song.state, is_looping=not song.state.is_looping)
    song.change(
        state,
        translate("MixChanges", "Loop on")
        if state.is_looping
        else translate("MixChanges", "Loop off"),
    )


def _named(song: Song, name: str, text: str) -> str:
    return text.format(lane=lane_title(song, name))
