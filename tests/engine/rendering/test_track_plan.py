import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rendering.groove_drums import Performance
from engine.rendering.mma_songs import GrooveFile
from engine.rendering.random_stream import random_stream
from engine.rendering.song_split import SPLITS, Split
from engine.rendering.sound_banks import BANKS, SoundBank, bank_named
from engine.rendering.track_plan import Material, plan_track
from engine.rendering.voices import VoicePool


def _material(banks: tuple[SoundBank, ...], seed: int = 3) -> Material:
    return Material(
        seed=seed,
        groove_files={
            split: (GrooveFile(name=f"stdlib/{split}", grooves=("A",), beats_per_bar=4),)
            for split in SPLITS
        },
        songs={split: (f"{split}.mid",) for split in SPLITS},
        performances={
            split: (Performance(name=f"{split}/s/1.mid", style="rock", tempo=100),)
            for split in SPLITS
        },
        voices={
            split: VoicePool(songs=(f"song/{split}.ogg",), speeches=(f"speech/{split}.ogg",))
            for split in SPLITS
        },
        banks=banks,
    )


@given(split=st.sampled_from(SPLITS), index=st.integers(0, 500), attempt=st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_a_plan_uses_only_the_material_of_its_split(split: Split, index: int, attempt: int) -> None:
    plan = plan_track(_material(BANKS), split, index, attempt=attempt)
    assert split in plan.song
    assert plan.performance is None or plan.performance.startswith(split)
    assert plan.voice is None or all(split in clip.name for clip in plan.voice.clips)


@given(split=st.sampled_from(SPLITS), index=st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_training_never_hears_banks_that_are_held_out_and_nobody_reserved_ones(
    split: Split, index: int
) -> None:
    plan = plan_track(_material(BANKS), split, index)
    uses = {bank_named(name).use for name in plan.bank_of_group.values()}
    assert uses == ({"held_out"} if plan.hears_held_out_banks else {"train"})
    assert plan.hears_held_out_banks == (split != "train" and index % 2 == 0)


@given(index=st.integers(0, 50), attempt=st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_the_same_seed_gives_the_same_plan(index: int, attempt: int) -> None:
    plans = [plan_track(_material(BANKS), "train", index, attempt=attempt) for _ in range(2)]
    assert plans[0] == plans[1]


def test_another_seed_gives_another_plan() -> None:
    one, two = (plan_track(_material(BANKS, seed=seed), "train", 0) for seed in (1, 2))
    assert one.num_seconds != two.num_seconds


def test_without_sources_every_group_is_played_by_debian_banks() -> None:
    debian = tuple(bank for bank in BANKS if bank.folder == "debian")
    plan = plan_track(_material(debian), "train", 1)
    assert all(bank_named(name).folder == "debian" for name in plan.bank_of_group.values())


@pytest.mark.parametrize("name", ["doublebass_pizz", "archtop_electric"])
def test_double_bass_and_archtop_are_reserved(name: str) -> None:
    assert bank_named(name).use == "reserved"


def test_names_of_banks_are_unique() -> None:
    assert len({bank.name for bank in BANKS}) == len(BANKS)


def test_streams_depend_on_every_name_and_not_on_the_order_of_use() -> None:
    first = random_stream(1, "train", 2).random()
    assert random_stream(1, "train", 3).random() != first
    assert random_stream(2, "train", 2).random() != first
    assert random_stream(1, "train", 2).random() == first
