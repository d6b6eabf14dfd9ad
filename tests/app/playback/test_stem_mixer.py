import gc
import tracemalloc
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.frame_range import FrameRange
from app.playback.lane_bank import LaneBank
from app.playback.stem_mixer import StemMixer
from tests.app.playback.mixing import (
    SAMPLE_RATE,
    make_bank,
    make_mixer,
    make_playing_mixer,
    noise_lanes,
    stereo,
    written,
)
from tests.app.playback.plain_mixer import PlainMixer

NUM_FRAMES = 2_000
LOUDEST = 1.0

frames = st.integers(0, NUM_FRAMES)
loops = st.none() | st.tuples(frames, frames).map(sorted).filter(lambda pair: pair[0] < pair[1])
short_loops = st.tuples(st.integers(0, 100), st.integers(1, 90)).map(
    lambda pair: [pair[0], pair[0] + pair[1]]
)
actions = st.one_of(
    st.tuples(st.just("seek"), frames),
    st.tuples(st.just("play"), st.booleans()),
    st.tuples(st.just("loop"), loops),
    st.tuples(st.just("turn"), short_loops),
    st.tuples(st.just("gains"), st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=3)),
    st.tuples(st.just("wait"), st.none()),
)


@settings(max_examples=60)
@given(script=st.lists(st.tuples(actions, st.integers(1, 400)), min_size=1, max_size=20))
def test_any_script_sounds_like_the_plain_mixer(
    script: list[tuple[tuple[str, object], int]],
) -> None:
    lanes = noise_lanes(3, NUM_FRAMES)
    mixer = make_mixer(lanes)
    plain = PlainMixer(
        [lane.astype(np.float64) for lane in lanes],
        fade_frames=mixer.fade_frames,
        ramp_frames=mixer.ramp_frames,
        wanted_gains=[1.0, 1.0, 1.0],
    )
    mixer.play()
    plain.pending_play = True
    for (action, value), num_frames in script:
        match action, value:
            case "seek", int(frame):
                mixer.seek(frame)
                plain.pending_seek = frame
            case "play", bool(is_playing):
                (mixer.play if is_playing else mixer.pause)()
                plain.pending_play = is_playing
            case "loop", [int(start), int(stop)]:
                mixer.set_loop(FrameRange(start, stop))
                plain.wanted_loop = (start, stop)
            case "turn", [int(start), int(stop)]:
                mixer.set_loop(FrameRange(start, stop))
                mixer.seek(start)
                plain.wanted_loop, plain.pending_seek = (start, stop), start
            case "loop", None:
                mixer.set_loop(None)
                plain.wanted_loop = None
            case "gains", [float(a), float(b), float(c), *_]:
                mixer.set_gains((stereo(a), stereo(b), stereo(c)))
                plain.wanted_gains = [a, b, c]

        out_TO = written(mixer, num_frames)

        np.testing.assert_allclose(out_TO, plain.fill(num_frames), rtol=0.0, atol=1e-6)
        assert mixer.clock.position == plain.voice.position
        assert mixer.clock.is_playing == plain.voice.is_playing


def test_a_thousand_seeks_and_loop_turns_stay_aligned_to_the_sample() -> None:
    rng = np.random.default_rng(1)
    num_frames = 40_000
    lanes = noise_lanes(4, num_frames)
    sum_TO = lanes[0] + lanes[1] + lanes[2] + lanes[3]
    mixer = make_playing_mixer(lanes)
    fade = mixer.fade_frames

    for _ in range(1_000):
        start = int(rng.integers(0, num_frames - 4_000))
        loop = FrameRange(start, start + int(rng.integers(fade, 1_500)))
        mixer.set_loop(loop)
        frame = int(rng.integers(loop.start, loop.stop))
        mixer.seek(frame)
        blocks = rng.integers(1, 700, 6)

        out_TO = np.concatenate([written(mixer, int(count)) for count in blocks])

        at_T = loop.start + (frame - loop.start + np.arange(len(out_TO))) % loop.num_frames
        is_plain_T = (at_T < loop.stop - fade) & (np.arange(len(out_TO)) >= 2 * fade)
        # The seek waits for the fade of the one before, which is over after the last block.
        assert (out_TO[is_plain_T] == sum_TO[at_T[is_plain_T]]).all()


def test_lanes_that_are_neither_panned_nor_faded_add_up_bit_for_bit() -> None:
    lanes = noise_lanes(5, NUM_FRAMES)
    mixer = make_playing_mixer(lanes)

    out_TO = written(mixer, 1_500)

    expected_TO = np.zeros_like(out_TO)
    for lane in lanes:
        expected_TO += lane[mixer.fade_frames : mixer.fade_frames + 1_500]
    assert (out_TO == expected_TO).all()


@given(gain=st.sampled_from([0.0, 0.25, 2.0]), blocks=st.lists(st.integers(1, 90), min_size=4))
def test_mute_and_gain_make_no_step(gain: float, blocks: list[int]) -> None:
    mixer = make_playing_mixer([np.full((NUM_FRAMES, 2), LOUDEST, np.float32)])

    before_TO = written(mixer, 20)
    mixer.set_gains((stereo(gain),))
    after_TO = np.concatenate([written(mixer, count) for count in blocks])

    steps_TO = np.abs(np.diff(np.concatenate([before_TO, after_TO]), axis=0))
    assert steps_TO.max() <= abs(LOUDEST - gain) / mixer.ramp_frames + 1e-6


@pytest.mark.parametrize("gesture", ["pause", "play", "seek", "loop", "lanes", "monitor"])
def test_no_gesture_clicks(gesture: str) -> None:
    # The two halves of the song are as far apart as can be.
    lane_TC = np.full((NUM_FRAMES, 2), LOUDEST, np.float32)
    lane_TC[NUM_FRAMES // 2 :] = -LOUDEST
    mixer = make_playing_mixer([lane_TC])
    blocks = [written(mixer, 50)]
    match gesture:
        case "pause":
            mixer.pause()
        case "play":
            mixer.pause()
            blocks.append(written(mixer, 200))
            mixer.play()
        case "seek":
            mixer.seek(NUM_FRAMES // 2 + 10)
        case "loop":
            mixer.set_loop(FrameRange(NUM_FRAMES // 2 - 500, NUM_FRAMES // 2))
            mixer.seek(NUM_FRAMES // 2 - 200)
            lane_TC[NUM_FRAMES // 2 - 500 - mixer.fade_frames : NUM_FRAMES // 2 - 400] *= -1.0
        case "lanes":
            mixer.set_lanes(*make_bank(mixer, [-lane_TC]))
        case "monitor":
            mixer.set_monitor_gain(0.0)
    blocks += [written(mixer, count) for count in (7, 13, 130, 270)]

    steps_TO = np.abs(np.diff(np.concatenate(blocks), axis=0))
    if gesture == "loop":  # the lane itself has a step there, which the fade leaves alone
        steps_TO = np.sort(steps_TO, axis=0)[:-1]

    # A raised cosine over the fade between full scales of opposite sign, with a little room.
    assert steps_TO.max() <= 2.0 * LOUDEST * np.pi / 2.0 / mixer.fade_frames + 1e-6


def test_change_between_original_and_stems_keeps_the_level() -> None:
    lanes = noise_lanes(3, NUM_FRAMES)
    mix_TC = lanes[0] + lanes[1] + lanes[2]
    mixer = make_playing_mixer([mix_TC, *lanes], [0.0, 1.0, 1.0, 1.0])

    blocks = [written(mixer, 30)]
    mixer.set_gains((stereo(1.0), stereo(0.0), stereo(0.0), stereo(0.0)))
    blocks += [written(mixer, 200)]

    out_TO = np.concatenate(blocks)
    start = mixer.fade_frames
    np.testing.assert_allclose(out_TO, mix_TC[start : start + 230], rtol=0.0, atol=1e-6)


def test_period_of_a_loop_is_its_length_for_every_length() -> None:
    lanes = noise_lanes(2, NUM_FRAMES)
    for length in (1, 2, 7, 39, 40, 41, 300):
        mixer = make_playing_mixer(lanes)
        mixer.set_loop(FrameRange(500, 500 + length))
        mixer.seek(500)
        written(mixer, 2 * mixer.fade_frames + 3)

        out_TO = written(mixer, 2 * length)

        assert (out_TO[:length] == out_TO[length:]).all()


def test_loop_that_begins_with_the_song_fades_from_silence() -> None:
    mixer = make_playing_mixer([np.full((NUM_FRAMES, 2), LOUDEST, np.float32)])
    mixer.set_loop(FrameRange(0, 200))

    out_TO = written(mixer, 400)

    assert 0.0 <= out_TO.min() <= LOUDEST / mixer.fade_frames


def test_playback_comes_to_rest_at_the_end_of_the_song() -> None:
    lanes = noise_lanes(1, 500)
    mixer = make_playing_mixer(lanes)

    out_TO = written(mixer, 1_000)

    rest = 500 - mixer.fade_frames
    assert (out_TO[:rest] == lanes[0][mixer.fade_frames :]).all()
    assert (out_TO[rest:] == 0.0).all()
    assert mixer.has_ended
    assert mixer.position == 500


def test_playback_begins_again_after_the_end() -> None:
    mixer = make_playing_mixer(noise_lanes(1, 500))
    written(mixer, 1_000)

    mixer.seek(0)
    mixer.play()
    written(mixer, 100)

    assert not mixer.has_ended
    assert mixer.position == 100


@pytest.mark.parametrize("was_paused", [False, True])
def test_gains_chosen_at_rest_hold_from_the_first_frame_on(was_paused: bool) -> None:
    lanes = [np.full((NUM_FRAMES, 2), level, np.float32) for level in (0.5, 0.25)]
    mixer = make_playing_mixer(lanes) if was_paused else make_mixer(lanes)
    if was_paused:
        mixer.pause()
        written(mixer, mixer.fade_frames)

    # No block in between: the sound card has not asked since.
    mixer.set_gains((stereo(0.0), stereo(1.0)))
    mixer.set_monitor_gain(0.5)
    mixer.play()
    out_TO = written(mixer, 3 * mixer.ramp_frames)

    assert out_TO.max() <= 0.25 * 0.5
    assert (out_TO[mixer.fade_frames :] == 0.25 * 0.5).all()


def test_audio_that_arrives_while_it_plays_is_heard() -> None:
    lane_TC = np.zeros((NUM_FRAMES, 2), np.float32)
    mixer = make_playing_mixer([lane_TC])

    assert not written(mixer, 100).any()
    lane_TC[:] = 0.25

    assert (written(mixer, 100) == 0.25).all()


def test_seek_counts_before_the_next_block_is_written() -> None:
    mixer = make_playing_mixer(noise_lanes(1, NUM_FRAMES))

    mixer.seek(1_234)

    assert mixer.position == 1_234
    assert mixer.heard_position(0.1) == 1_234


def test_jump_waits_until_the_audio_is_in_memory() -> None:
    lanes = noise_lanes(1, NUM_FRAMES)
    mixer = make_playing_mixer(lanes)
    start = mixer.clock.position

    mixer.seek(1_000, is_ready=False)
    out_TO = written(mixer, 300)
    assert (out_TO == lanes[0][start : start + 300]).all()
    assert mixer.position == 1_000  # the playhead is there already

    mixer.jump.is_ready = True
    out_TO = written(mixer, 300)
    fade = mixer.fade_frames
    assert (out_TO[fade:] == lanes[0][1_000 + fade : 1_300]).all()


def test_heard_position_lags_behind_but_not_before_the_jump() -> None:
    mixer = make_playing_mixer(noise_lanes(1, NUM_FRAMES))
    mixer.seek(500)
    written(mixer, 100)
    assert 500 <= mixer.heard_position(1.0) <= 600

    written(mixer, 1_000)

    assert mixer.position == 1_600
    assert 1_600 - 800 <= mixer.heard_position(0.1) <= 1_600


def test_heard_position_stays_inside_a_loop_that_has_turned() -> None:
    mixer = make_playing_mixer(noise_lanes(1, NUM_FRAMES))
    mixer.set_loop(FrameRange(500, 700))
    mixer.seek(500)

    for _ in range(30):
        written(mixer, 37)
        assert 500 <= mixer.heard_position(0.02) < 700


def test_levels_are_peaks_after_the_gain_since_the_last_reading() -> None:
    lane_TC = np.zeros((NUM_FRAMES, 2), np.float32)
    lane_TC[100] = (0.5, -0.25)
    mixer = make_playing_mixer([lane_TC, lane_TC], [2.0, 0.0])
    mixer.set_monitor_gain(0.1)

    written(mixer, 150)
    assert mixer.take_levels() == {
        "lane 0": (1.0, 0.5),
        "lane 1": (0.0, 0.0),
        "master": (1.0, 0.5),
    }
    written(mixer, 50)
    assert mixer.take_levels()["master"] == (0.0, 0.0)


def test_second_caller_writes_silence_instead_of_mixing_with_the_first() -> None:
    mixer = make_playing_mixer(noise_lanes(1, NUM_FRAMES))

    with mixer._busy:
        out_TO = written(mixer, 100)

    assert not out_TO.any()
    assert mixer.position == mixer.fade_frames


def test_lanes_that_were_replaced_are_let_go() -> None:
    mixer = make_playing_mixer(noise_lanes(1, NUM_FRAMES))
    held = weakref.ref(mixer.bank)

    mixer.set_lanes(*make_bank(mixer, noise_lanes(1, NUM_FRAMES)))
    written(mixer, 2 * mixer.fade_frames)
    gc.collect()

    assert held() is None


def test_callback_allocates_no_block() -> None:
    mixer = make_playing_mixer(noise_lanes(6, 200_000))
    mixer.set_loop(FrameRange(90_000, 90_100))
    mixer.seek(80_000)
    gains = [tuple(stereo(gain) for _ in range(6)) for gain in (0.0, 1.0)]
    out_TO = np.empty((2_048, 2), np.float32)
    tracemalloc.start()
    for turn in range(30):
        if turn == 10:  # Python's own small objects are all there by now
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
        mixer.set_gains(gains[turn % 2])
        mixer.fill(out_TO)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # One channel of one block would be 8 KB.
    assert mixer.clock.has_turned
    assert peak - before < 8_000


def test_lanes_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        LaneBank(
            ["a", "b"],
            [np.zeros((5, 2), np.float32), np.zeros((6, 2), np.float32)],
            [stereo(1.0), stereo(1.0)],
            ramp_frames=10,
        )


def test_surround_and_mono_songs_reach_both_sides() -> None:
    for num_channels in (1, 6):
        mixer = StemMixer(sample_rate=SAMPLE_RATE)
        lane_TC = np.ones((NUM_FRAMES, num_channels), np.float32)
        gains = (tuple((0.25, 0.125) for _ in range(num_channels)),)
        bank = LaneBank(["a"], [lane_TC], gains, ramp_frames=mixer.ramp_frames)
        mixer.set_song(bank, gains, loop=FrameRange(0, 500))
        mixer.play()
        written(mixer, 100)

        out_TO = written(mixer, 100)

        np.testing.assert_allclose(out_TO[:, 0], 0.25 * num_channels, rtol=1e-6)
        np.testing.assert_allclose(out_TO[:, 1], 0.125 * num_channels, rtol=1e-6)
