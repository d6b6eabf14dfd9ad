from hypothesis import given
from hypothesis import strategies as st

from engine.rendering.song_split import SPLITS, split_names

_NAMES = st.sets(st.text(min_size=1, max_size=6), max_size=60)


@given(names=_NAMES, seed=st.integers(0, 5))
def test_every_name_stands_in_exactly_one_split(names: set[str], seed: int) -> None:
    splits = split_names(names, seed=seed, kind="songs")
    dealt = [name for split in SPLITS for name in splits[split]]
    assert sorted(dealt) == sorted(names)


@given(names=st.sets(st.text(min_size=1, max_size=6), min_size=3, max_size=60))
def test_no_split_is_empty_with_three_names_or_more(names: set[str]) -> None:
    assert all(split_names(names, seed=1, kind="songs").values())


@given(names=_NAMES, seed=st.integers(0, 5))
def test_the_split_depends_on_the_seed_and_not_on_the_order(names: set[str], seed: int) -> None:
    forwards = split_names(sorted(names), seed=seed, kind="songs")
    backwards = split_names(sorted(names, reverse=True), seed=seed, kind="songs")
    assert forwards == backwards


def test_another_seed_deals_otherwise() -> None:
    names = [f"song{number}" for number in range(50)]
    assert split_names(names, seed=1, kind="songs") != split_names(names, seed=2, kind="songs")


def test_training_gets_most_of_the_songs() -> None:
    splits = split_names([str(number) for number in range(100)], seed=1, kind="songs")
    assert [len(splits[split]) for split in SPLITS] == [78, 8, 14]
