"""What a lane is and does, in words: for screen readers, tags and tool tips."""

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication

from app.model.mix_state import MIX_LANE, MixState
from app.model.song import Song
from app.model.track import Track
from app.widgets.gain_text import gain_text, pan_description
from app.widgets.lane_style import lane_title

translate = QCoreApplication.translate


class LaneAudibility(Enum):
    """Whether a lane is part of what is heard, and why not."""

    HEARD = auto()
    MUTED = auto()
    NOT_SOLOED = auto()


def lane_audibility(state: MixState, name: str, stems: Sequence[Track]) -> LaneAudibility:
    """Say whether a lane is heard; the original takes no part in mute and solo."""
    if name == MIX_LANE:
        return LaneAudibility.HEARD
    lane = state.lane(name)
    if lane.muted:
        return LaneAudibility.MUTED
    if not lane.soloed and any(state.lane(stem.name).soloed for stem in stems):
        return LaneAudibility.NOT_SOLOED
    return LaneAudibility.HEARD


def describe_lane(song: Song, track: Track, *, is_experimental: bool = False) -> str:
    """Write a lane in one line, such as ``Drums, muted, −6.0 dB``."""
    lane = song.state.lane(track.name)
    parts = [lane_title(song, track.name)]
    if is_experimental:
        parts.append(translate("LaneDescription", "experimental"))
    if track.name != MIX_LANE:
        audibility = lane_audibility(song.state, track.name, song.stems)
        if audibility is LaneAudibility.MUTED:
            parts.append(translate("LaneDescription", "muted"))
        elif audibility is LaneAudibility.NOT_SOLOED:
            parts.append(translate("LaneDescription", "silent because of a solo"))
        if lane.soloed:
            parts.append(translate("LaneDescription", "soloed"))
        parts.append(gain_text(lane.gain_db))
        if lane.pan:
            pan = pan_description(lane.pan)
            parts.append(translate("LaneDescription", "pan {pan}").format(pan=pan))
    percent = 100 * track.done.num_frames // max(1, track.peaks.num_frames)
    if percent < 100:
        text = (
            translate("LaneDescription", "{percent} % read")
            if track.name == MIX_LANE
            else translate("LaneDescription", "{percent} % separated")
        )
        parts.append(text.format(percent=percent))
    return ", ".join(parts)
