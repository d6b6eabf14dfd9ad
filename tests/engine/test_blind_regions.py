"""Sources without names, separated window by window in any order, by an untrained model.

Such a model begins with the filters that follow from the places of the sources.

Axes: S stem (and source), C channel, T frame.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.checkpoint import Checkpoint
from engine.events import FloatArray, NoticeRaised
from engine.methods.base import Separator
from engine.methods.blockwise_vae.blind import blind_version, source_names
from engine.methods.blockwise_vae.method import BLIND_STAGE, METHOD, tiny_config
from engine.region_separation import RegionEvent, RegionOptions
from engine.separation import SeparationOptions, separate
from engine.source_places import SourcePlaces
from tests.engine.fake_separator import MixInMemory
from tests.engine.test_region_separation import (
    assert_partition,
    in_one_pass,
    noise_mix,
    regions,
    run,
    scratch,
    stems_in,
)

RATE = 44_100
PART = 11_025  # frames in which the same sources sound
# Which sources sound: some windows hear one alone, and some begin or end in a pause.
PARTS = ((1, 1), (1, 0), (1, 0), (0, 0), (0, 1), (0, 1), (0, 1), (1, 1), (0, 0), (1, 0))
NUM_FRAMES = PART * len(PARTS)
NAMES = (*source_names(2), "residual")
STAGE = next(stage for stage in METHOD.stages if stage.name == BLIND_STAGE)


def untrained() -> Separator:
    values = blind_version(tiny_config()).to_json()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tensors = STAGE.build(values).state_dict()
    return METHOD.load(Checkpoint(card=STAGE.card(values), tensors=tensors), torch.device("cpu"))


BLIND = untrained()


def sources_at(*angles: float) -> FloatArray:
    """Make two sources that sound by turns and together, at angles from left (0) to right."""
    noise_ST = np.random.default_rng(0).normal(0.0, 0.1, (2, NUM_FRAMES))
    noise_ST *= np.array(PARTS, dtype=np.float64).T.repeat(PART, axis=1)
    sides_SC = np.stack([(np.cos(angle), np.sin(angle)) for angle in angles])
    return (sides_SC[:, :, None] * noise_ST[:, None]).astype(np.float32)


APART_SCT = sources_at(0.3, 1.2)


def mix_of(sources_SCT: FloatArray) -> MixInMemory:
    return MixInMemory(samples_CT=sources_SCT.sum(axis=0), sample_rate=RATE)


@cache
def expected() -> FloatArray:
    return in_one_pass(mix_of(APART_SCT), BLIND)


def notices(events: Iterable[RegionEvent]) -> list[str]:
    return [event.message for event in events if isinstance(event, NoticeRaised)]


@settings(max_examples=5)
@given(
    frames=st.lists(st.integers(0, NUM_FRAMES - 1), max_size=9),
    decoded=st.lists(st.integers(0, NUM_FRAMES), max_size=6).map(sorted),
)
def test_blind_windows_in_any_order_give_the_bytes_of_one_pass(
    frames: list[int], decoded: list[int]
) -> None:
    mix = mix_of(APART_SCT)
    with scratch() as folder:
        events = run(mix, folder, BLIND, frames=frames, decoded=decoded)
        np.testing.assert_array_equal(stems_in(folder, NAMES), expected())
    assert_partition(regions(events), [range(NUM_FRAMES)])
    assert not notices(events)


def assert_in_order(stems_SCT: FloatArray) -> None:
    """Assert that wherever a source sounds alone, the stem of its number has it."""
    for part, sounding in enumerate(PARTS):
        if sum(sounding) == 1:
            frames = slice(part * PART, (part + 1) * PART)
            power_S = np.square(stems_SCT[:2, :, frames], dtype=np.float64).sum(axis=(1, 2))
            assert power_S[sounding.index(1)] > 10.0 * power_S[1 - sounding.index(1)]


def test_sources_keep_their_order_when_a_song_begins_at_the_playhead(tmp_path: Path) -> None:
    run(mix_of(APART_SCT), tmp_path, BLIND, frames=[6 * PART])
    assert_in_order(stems_in(tmp_path, NAMES))


def test_a_separation_that_is_resumed_keeps_the_order_of_the_sources(tmp_path: Path) -> None:
    mix = mix_of(APART_SCT)
    done = regions(run(mix, tmp_path, BLIND, frames=[6 * PART], max_regions=2))
    first, last = min(part.start for part in done), max(part.stop for part in done)
    gaps = [range(first), range(last, NUM_FRAMES)]
    assert any(gaps)

    run(mix, tmp_path, BLIND, RegionOptions(gaps=gaps))

    np.testing.assert_array_equal(stems_in(tmp_path, NAMES), expected())


@pytest.mark.parametrize("angle", [0.3, 0.25 * np.pi])
def test_sources_at_one_place_are_announced_with_a_remedy(tmp_path: Path, angle: float) -> None:
    events = run(mix_of(sources_at(angle, angle)), tmp_path, BLIND)
    (notice,) = notices(events)
    assert "one place" in notice
    assert "choose another model" in notice


def test_a_mono_mix_is_announced_at_the_command_line_too(tmp_path: Path) -> None:
    mono = MixInMemory(samples_CT=APART_SCT.sum(axis=0)[:1], sample_rate=RATE)
    assert len(notices(run(mono, tmp_path, BLIND))) == 1
    in_one = separate(mono, BLIND, SeparationOptions())
    assert len([event for event in in_one if isinstance(event, NoticeRaised)]) == 1


def test_a_side_that_is_inverted_makes_two_places_of_one() -> None:
    sources_SCT = sources_at(0.25 * np.pi, 0.25 * np.pi)
    sources_SCT[1, 1] *= -1.0
    places = SourcePlaces(num_sources=2)
    for source_CT in sources_SCT:  # together they would be louder on one side than on the other
        places.hear(torch.from_numpy(source_CT))
    assert not places.are_one


def test_silence_is_not_called_a_place(tmp_path: Path) -> None:
    silence = MixInMemory(samples_CT=np.zeros((2, NUM_FRAMES), np.float32), sample_rate=RATE)
    assert not notices(run(silence, tmp_path, BLIND))


def test_models_of_named_stems_do_not_ask_for_places(tmp_path: Path) -> None:
    plain = METHOD.load(METHOD.tiny_checkpoint(), torch.device("cpu"))
    assert not notices(run(noise_mix(channels=1), tmp_path, plain))
