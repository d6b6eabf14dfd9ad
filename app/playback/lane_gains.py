"""Which channel of which lane goes how loud to the left and to the right."""

from collections.abc import Sequence
from math import sqrt
from typing import Literal

from app.model.mix_state import MIX_LANE, MixState, effective_gains, pan_gains
from app.playback.lane_bank import ChannelGains

Monitor = Literal["stems", "original"]

_SIDE = 1.0 / sqrt(2.0)  # -3 dB for centre and surround, as ITU-R BS.775 asks
_LEFT, _RIGHT = (1.0, 0.0), (0.0, 1.0)
_CENTRE, _LEFT_SIDE, _RIGHT_SIDE = (_SIDE, _SIDE), (_SIDE, 0.0), (0.0, _SIDE)
_BASS_EFFECTS = (0.0, 0.0)  # left out of a downmix, as usual

# By the number of channels, in the order of WAVE files.
_LAYOUTS: dict[int, ChannelGains] = {
    1: ((1.0, 1.0),),
    2: (_LEFT, _RIGHT),
    3: (_LEFT, _RIGHT, _CENTRE),
    4: (_LEFT, _RIGHT, _LEFT_SIDE, _RIGHT_SIDE),
    5: (_LEFT, _RIGHT, _CENTRE, _LEFT_SIDE, _RIGHT_SIDE),
    6: (_LEFT, _RIGHT, _CENTRE, _BASS_EFFECTS, _LEFT_SIDE, _RIGHT_SIDE),
    7: (_LEFT, _RIGHT, _CENTRE, _BASS_EFFECTS, _CENTRE, _LEFT_SIDE, _RIGHT_SIDE),
    8: (_LEFT, _RIGHT, _CENTRE, _BASS_EFFECTS, _LEFT_SIDE, _RIGHT_SIDE, _LEFT_SIDE, _RIGHT_SIDE),
}


def downmix_gains(num_channels: int) -> ChannelGains:
    """Return the gains of each channel to the left and to the right.

    Mono and stereo stay as they are. More channels are weighted as usual and then lowered
    together until even full-scale channels cannot exceed full scale.
    """
    if num_channels <= 2:
        return _LAYOUTS[num_channels]
    layout = _LAYOUTS.get(num_channels) or tuple(
        _LEFT if channel % 2 == 0 else _RIGHT for channel in range(num_channels)
    )
    largest = max(sum(left for left, _ in layout), sum(right for _, right in layout))
    return tuple((left / largest, right / largest) for left, right in layout)


def lane_gains(
    state: MixState,
    names: Sequence[str],
    *,
    num_channels: int,
    monitor: Monitor,
    only_lane: str | None = None,
) -> tuple[ChannelGains, ...]:
    """Return what the mixer needs to know of each lane.

    Args:
        state: Gain, pan, mute and solo.
        names: Of the lanes; the original may be among them.
        num_channels: Of every lane.
        monitor: Whether the stems or the original is heard. A song without stems sounds as its
            original.
        only_lane: A lane that is heard alone for now, whatever is muted or soloed.
    """
    gains = dict.fromkeys(names, 0.0)
    has_stems = any(name != MIX_LANE for name in names)
    if only_lane is not None and only_lane in gains:
        gains[only_lane] = state.lane(only_lane).gain
    elif monitor == "stems" and has_stems:
        gains |= effective_gains(state, names)
    elif MIX_LANE in gains:
        original = state.lane(MIX_LANE)
        gains[MIX_LANE] = 0.0 if original.muted else original.gain
    return tuple(_channel_gains(num_channels, gains[name], state.lane(name).pan) for name in names)


def _channel_gains(num_channels: int, gain: float, pan: float) -> ChannelGains:
    pan_left, pan_right = (gain * side for side in pan_gains(pan))
    return tuple(
        (left * pan_left, right * pan_right) for left, right in downmix_gains(num_channels)
    )
