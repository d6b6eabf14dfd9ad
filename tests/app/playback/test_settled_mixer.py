import numpy as np

from tests.app.playback.mixing import make_bank, make_mixer, noise_lanes, stereo, written

NUM_FRAMES = 2_000


def test_mixer_that_nothing_drives_obeys_when_it_is_settled() -> None:
    mixer = make_mixer(noise_lanes(2, NUM_FRAMES))
    mixer.seek(700)
    mixer.set_gains((stereo(0.0), stereo(0.5)))
    mixer.settle()
    assert mixer.clock.position == 700

    mixer.set_song(*make_bank(mixer, noise_lanes(1, 10)), loop=None)
    mixer.settle()

    assert mixer.is_resting
    assert mixer.clock.position == 0


def test_gains_of_a_settled_mixer_are_there_from_the_first_frame() -> None:
    mixer = make_mixer([np.full((NUM_FRAMES, 2), 1.0, np.float32)])
    mixer.set_gains((stereo(0.0),))
    mixer.settle()

    mixer.play()

    assert not written(mixer, 100).any()
