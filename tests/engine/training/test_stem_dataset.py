"""Laws of the training mixes."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import DatasetError
from engine.training.mixing import MixingConfig, plain_mixing
from engine.training.stem_dataset import StemDataset
from tests.engine.training.tiny_dataset import SAMPLE_RATE, STEM_NAMES, write_dataset, write_stem

EVERYTHING = MixingConfig(
    member_drop_share=0.5,
    guest_share=0.5,
    rate_share=1.0,
    spread_share=0.5,
    equalizer_share=1.0,
    compression_share=1.0,
    saturation_share=1.0,
    reverb_share=1.0,
    limiter_share=1.0,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"))


def open_dataset(
    folder: Path,
    mixing: MixingConfig,
    *,
    stem_names: tuple[str, ...] = STEM_NAMES,
    split: str = "train",
    seed: int = 1,
    crop_frames: int = 2000,
    sample_rate: int = SAMPLE_RATE,
    num_channels: int = 2,
) -> StemDataset:
    return StemDataset(
        folder,
        split=split,
        stem_names=stem_names,
        batch_size=3,
        crop_frames=crop_frames,
        seed=seed,
        mixing=mixing,
        sample_rate=sample_rate,
        num_channels=num_channels,
        cache=folder / ".cache",
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(step=st.integers(0, 10_000), crop_frames=st.sampled_from([1, 7, 511, 2000, 30_000]))
def test_a_batch_is_finite_unclipped_and_the_same_again(
    folder: Path, step: int, crop_frames: int
) -> None:
    dataset = open_dataset(folder, EVERYTHING, crop_frames=crop_frames)
    batch = dataset.batch(step)
    assert batch.stems_BSCT.shape == (3, 4, 2, crop_frames)
    assert batch.stems_BSCT.dtype == torch.float32
    assert torch.isfinite(batch.stems_BSCT).all()
    assert float(batch.mix_BCT.abs().max()) <= 1.0 + 1e-5
    assert torch.equal(batch.mix_BCT, batch.stems_BSCT.sum(dim=1))
    again = open_dataset(folder, EVERYTHING, crop_frames=crop_frames).batch(step)
    assert torch.equal(batch.stems_BSCT, again.stems_BSCT)


def test_steps_and_seeds_give_different_batches(folder: Path) -> None:
    first = open_dataset(folder, MixingConfig()).batch(0).stems_BSCT
    assert not torch.equal(first, open_dataset(folder, MixingConfig()).batch(1).stems_BSCT)
    assert not torch.equal(first, open_dataset(folder, MixingConfig(), seed=2).batch(0).stems_BSCT)


def test_dropped_stems_are_exactly_zero_and_one_always_remains(folder: Path) -> None:
    mixing = dataclasses.replace(EVERYTHING, drop_share=1.0)
    stems_BSCT = open_dataset(folder, mixing).batch(0).stems_BSCT
    sounds_BS = (stems_BSCT != 0).any(dim=3).any(dim=2)
    assert sounds_BS.sum(dim=1).tolist() == [1, 1, 1]


def test_no_stem_is_dropped_when_none_shall_be(folder: Path) -> None:
    mixing = dataclasses.replace(EVERYTHING, drop_share=0.0)
    stems_BSCT = open_dataset(folder, mixing).batch(0).stems_BSCT
    assert (stems_BSCT.abs().amax(dim=(2, 3)) > 0).all()


def test_a_group_is_the_sum_of_its_members(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"one": ["drums", "bass", "guitar", "keys", "vocals"]})
    dataset = open_dataset(folder, plain_mixing(), split="validation", crop_frames=24_000)
    stems_BSCT = next(iter(dataset.validation_batches(1, seed=0))).stems_BSCT
    guitar_T, _ = soundfile.read(folder / "validation/one/guitar.flac", dtype="float32")
    keys_TC, _ = soundfile.read(folder / "validation/one/keys.flac", dtype="float32")
    other_CT = stems_BSCT[0, 2].numpy()
    # What remains without the stereo keys is the panned mono guitar.
    scale = _peak_gain(stems_BSCT[0], folder)
    without_keys_CT = other_CT / scale - keys_TC.T
    for side_T in without_keys_CT:
        gain = float(side_T @ guitar_T / (guitar_T @ guitar_T))
        np.testing.assert_allclose(side_T, gain * guitar_T, atol=1e-4)


def _peak_gain(stems_SCT: torch.Tensor, folder: Path) -> float:
    drums_TC, _ = soundfile.read(folder / "validation/one/drums.flac", dtype="float32")
    drums_CT = stems_SCT[0].numpy()
    return float((drums_CT * drums_TC.T).sum() / np.square(drums_TC).sum())


def test_plain_crops_of_a_stereo_file_are_the_file_itself(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"one": ["drums"]}, splits=("train",))
    dataset = open_dataset(folder, plain_mixing(), stem_names=("drums",), crop_frames=24_000)
    crop_CT = dataset.batch(0).stems_BSCT[0, 0].numpy()
    file_TC, _ = soundfile.read(folder / "train/one/drums.flac", dtype="float32")
    gain = float((crop_CT * file_TC.T).sum() / np.square(file_TC).sum())
    np.testing.assert_allclose(crop_CT, gain * file_TC.T, atol=1e-5)
    assert np.sqrt(np.square(crop_CT).mean()) == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize(
    "name",
    [
        "coherent_share",
        "drop_share",
        "member_drop_share",
        "guest_share",
        "rate_share",
        "polarity_share",
        "swap_share",
        "spread_share",
        "equalizer_share",
        "compression_share",
        "saturation_share",
        "reverb_share",
        "limiter_share",
        "delay_share",
    ],
)
def test_every_share_changes_the_mix(folder: Path, name: str) -> None:
    # Shares are compared with numbers that are drawn in any case, so nothing else moves.
    off = dataclasses.replace(EVERYTHING, **{name: 0.0})  # type: ignore[arg-type]
    on = dataclasses.replace(EVERYTHING, **{name: 1.0})  # type: ignore[arg-type]
    assert not torch.equal(
        open_dataset(folder, off).batch(0).stems_BSCT, open_dataset(folder, on).batch(0).stems_BSCT
    )


def test_the_limiter_gives_all_stems_of_a_mix_one_gain(folder: Path) -> None:
    free = dataclasses.replace(plain_mixing(), target_db=-40.0)
    limited = dataclasses.replace(free, limiter_share=1.0, limiter_db=12.0)
    before_BSCT = open_dataset(folder, free).batch(0).stems_BSCT
    after_BSCT = open_dataset(folder, limited).batch(0).stems_BSCT
    gain_BT = after_BSCT[:, 0, 0] / before_BSCT[:, 0, 0]
    assert float(gain_BT.nan_to_num(1.0).min()) < 0.9
    expected_BSCT = before_BSCT * gain_BT.nan_to_num(1.0)[:, None, None]
    audible = before_BSCT[:, :1, :1].abs() > 1e-4
    torch.testing.assert_close(after_BSCT * audible, expected_BSCT * audible, atol=1e-6, rtol=1e-3)


def test_coherent_mixes_take_all_stems_from_one_place(tmp_path: Path) -> None:
    names = ["drums", "bass", "vocals"]
    folder = write_dataset(tmp_path, tracks={str(n): names for n in range(4)}, splits=("train",))
    for track in (folder / "train").iterdir():
        content, rate = soundfile.read(track / "drums.flac")
        for name in names:
            soundfile.write(track / f"{name}.flac", content, rate, subtype="PCM_16")
    dataset = open_dataset(folder, plain_mixing(), stem_names=("drums", "bass", "vocals"))
    stems_BSCT = dataset.batch(0).stems_BSCT
    torch.testing.assert_close(stems_BSCT[:, 0], stems_BSCT[:, 1])
    torch.testing.assert_close(stems_BSCT[:, 0], stems_BSCT[:, 2])


def test_crops_seek_the_part_of_a_file_that_sounds(tmp_path: Path) -> None:
    path = tmp_path / "train" / "one" / "drums.flac"
    write_stem(path, seed=1, seconds=20.0)
    content, rate = soundfile.read(path)
    content[: int(rate * 18)] = 0.0
    soundfile.write(path, content, rate, subtype="PCM_16")
    mixing = dataclasses.replace(plain_mixing(), active_share=1.0)
    dataset = open_dataset(tmp_path, mixing, stem_names=("drums",), crop_frames=4000)
    for step in range(5):
        assert (dataset.batch(step).stems_BSCT.square().mean(dim=(1, 2, 3)) > 1e-4).all()


def test_validation_mixes_are_fixed(folder: Path) -> None:
    first = open_dataset(folder, EVERYTHING, split="validation").validation_batches(3, seed=7)
    again = open_dataset(folder, plain_mixing(), split="validation", seed=9)
    pairs = list(zip(first, again.validation_batches(3, seed=7), strict=True))
    assert len(pairs) == 3
    for one, other in pairs:
        assert torch.equal(one.stems_BSCT, other.stems_BSCT)


def test_validation_mixes_that_are_drawn_are_fixed_but_no_training_mixes(folder: Path) -> None:
    drawn = dataclasses.replace(EVERYTHING, draws_validation=True)
    dataset = open_dataset(folder, drawn, split="validation")
    first, second = dataset.validation_batches(2, seed=7)
    again = next(open_dataset(folder, drawn, split="validation").validation_batches(2, seed=7))
    assert torch.equal(first.stems_BSCT, again.stems_BSCT)
    for other in (second, dataset.batch(0)):
        assert not torch.equal(first.stems_BSCT, other.stems_BSCT)


def test_the_side_that_is_further_away_may_be_late(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"one": ["vocals"]}, splits=("train",))
    panned = dataclasses.replace(plain_mixing(), pan=0.9, pan_law="even")
    late = dataclasses.replace(panned, delay_share=1.0, delay_seconds=(0.001, 0.001))
    stems: tuple[str, ...] = ("vocals",)
    before_BSCT = open_dataset(folder, panned, stem_names=stems).batch(0).stems_BSCT
    after_BSCT = open_dataset(folder, late, stem_names=stems).batch(0).stems_BSCT
    before_CT, after_CT = before_BSCT[0, 0], after_BSCT[0, 0]
    far = int(before_CT.square().sum(dim=1).argmin())
    torch.testing.assert_close(after_CT[1 - far], before_CT[1 - far])
    torch.testing.assert_close(after_CT[far, 8:], before_CT[far, :-8])
    assert not after_CT[far, :8].any()


def test_places_are_spread_evenly_or_near_the_middle(folder: Path) -> None:
    stems: tuple[str, ...] = ("vocals",)

    def share_far_out(mixing: MixingConfig) -> float:
        dataset = open_dataset(folder, mixing, stem_names=stems, crop_frames=64)
        crops_BCT = torch.cat([dataset.batch(step).stems_BSCT[:, 0] for step in range(60)])
        level_BC = crops_BCT.square().sum(dim=2).sqrt()
        place_B = torch.atan2(level_BC[:, 1], level_BC[:, 0]) * 4 / torch.pi - 1
        return float((place_B.abs() > 0.5).float().mean())

    middle = dataclasses.replace(plain_mixing(), pan=1.0)
    assert share_far_out(dataclasses.replace(middle, pan_law="even")) > 0.4
    assert share_far_out(middle) < 0.35


def places(batch_BSCT: torch.Tensor) -> torch.Tensor:
    level_BSC = batch_BSCT.square().sum(dim=3).sqrt()
    return torch.atan2(level_BSC[..., 1], level_BSC[..., 0]) * 4 / torch.pi - 1


def test_stems_of_the_middle_stay_near_it_and_others_do_not(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"one": ["bass", "vocals"]}, splits=("train",))
    mixing = dataclasses.replace(
        plain_mixing(), pan=1.0, pan_law="even", middle_stems=("bass",), middle_pan=0.2
    )
    dataset = open_dataset(folder, mixing, stem_names=("bass", "vocals"))
    place_BS = torch.cat([places(dataset.batch(step).stems_BSCT) for step in range(20)])
    assert 0.15 < float(place_BS[:, 0].abs().max()) <= 0.2 + 1e-4
    assert float(place_BS[:, 1].abs().max()) > 0.8


def test_files_may_keep_the_loudness_that_they_have_in_their_songs(tmp_path: Path) -> None:
    names = ("drums", "bass")
    folder = write_dataset(tmp_path, tracks={"one": list(names)}, splits=("train",))
    loud = folder / "train" / "one" / "drums.flac"
    content, rate = soundfile.read(loud)
    soundfile.write(folder / "train" / "one" / "bass.flac", content / 8, rate, subtype="PCM_24")

    def ratio(mixing: MixingConfig) -> float:
        stems_BSCT = open_dataset(folder, mixing, stem_names=names).batch(0).stems_BSCT
        energy_S = stems_BSCT.square().sum(dim=(0, 2, 3))
        return float((energy_S[0] / energy_S[1]).sqrt())

    assert ratio(plain_mixing()) == pytest.approx(1.0, rel=0.01)
    own = dataclasses.replace(plain_mixing(), own_level_share=1.0)
    assert ratio(own) == pytest.approx(8.0, rel=0.01)


def test_a_folder_of_whole_stems_needs_no_manifest(tmp_path: Path) -> None:
    tracks = {"song": ["mixture", "drums", "bass", "other", "vocals"]}
    folder = write_dataset(tmp_path, tracks=tracks, splits=("train",), suffix=".wav")
    (folder / "dataset.json").unlink()
    dataset = open_dataset(folder, MixingConfig())
    assert dataset.track_names == ("song",)
    assert dataset.batch(0).stems_BSCT.shape == (3, 4, 2, 2000)


def test_a_partial_track_gives_its_stems_but_is_not_validated(tmp_path: Path) -> None:
    tracks = {
        "recorded": ["drums", "vocals", "bass_other"],
        "rendered": ["drums", "bass", "guitar", "vocals"],
    }
    folder = write_dataset(tmp_path, tracks=tracks)
    dataset = open_dataset(folder, dataclasses.replace(plain_mixing(), drop_share=0.0))
    assert dataset.track_names == ("recorded", "rendered")
    assert (dataset.batch(0).stems_BSCT.abs().amax(dim=(2, 3)) > 0).all()
    validation = open_dataset(folder, plain_mixing(), split="validation")
    for batch in validation.validation_batches(2, seed=0):
        assert (batch.stems_BSCT.abs().amax(dim=(2, 3)) > 0).all()


def test_silent_files_are_as_good_as_missing(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"a": ["drums", "bass"], "b": ["drums", "bass"]})
    silent = folder / "train" / "a" / "bass.flac"
    soundfile.write(silent, np.zeros(24_000), SAMPLE_RATE, subtype="PCM_16")
    dataset = open_dataset(folder, plain_mixing(), stem_names=("drums", "bass"))
    assert (dataset.batch(0).stems_BSCT.abs().amax(dim=(2, 3)) > 0).all()


def test_files_at_another_rate_are_converted(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"a": ["drums"]}, splits=("train",))
    dataset = open_dataset(
        folder, plain_mixing(), stem_names=("drums",), sample_rate=16_000, crop_frames=48_000
    )
    crop_T = dataset.batch(0).stems_BSCT[0, 0, 0]
    spectrum_F = torch.fft.rfft(crop_T).abs().square()
    assert float(spectrum_F[: 4 * len(spectrum_F) // 10].sum() / spectrum_F.sum()) > 0.75
    assert float(crop_T[-1000:].abs().max()) > 0


def test_mono_batches_are_the_average_of_both_sides(folder: Path) -> None:
    stereo = open_dataset(folder, EVERYTHING).batch(0).stems_BSCT
    mono = open_dataset(folder, EVERYTHING, num_channels=1).batch(0).stems_BSCT
    torch.testing.assert_close(mono, stereo.mean(dim=2, keepdim=True))


def test_tracks_that_appear_later_are_found_when_opened_again(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"a": ["drums"]}, splits=("train",))
    assert open_dataset(folder, plain_mixing(), stem_names=("drums",)).track_names == ("a",)
    write_stem(folder / "train" / "b" / "drums.flac", seed=9)
    assert open_dataset(folder, plain_mixing(), stem_names=("drums",)).track_names == ("a", "b")


def test_a_changed_or_half_written_cache_entry_is_decoded_anew(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path, tracks={"a": ["drums"]}, splits=("train",))
    before = open_dataset(folder, plain_mixing(), stem_names=("drums",)).batch(0).stems_BSCT
    for cached in (folder / ".cache").glob("*.i16"):
        cached.write_bytes(cached.read_bytes()[:100])
    after = open_dataset(folder, plain_mixing(), stem_names=("drums",)).batch(0).stems_BSCT
    assert torch.equal(before, after)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("no folder", "does not exist"),
        ("no split", "no folder “train”"),
        ("no stem", "has the stem “vocals”"),
        ("silence", "is silent"),
        ("manifest", "is damaged"),
        ("groups", "is damaged"),
        ("audio", "could not be decoded"),
        ("channels", "has 3 channels"),
    ],
)
def test_a_damaged_dataset_is_named_in_a_sentence(tmp_path: Path, damage: str, words: str) -> None:
    folder = write_dataset(
        tmp_path, tracks={"a": ["drums", "bass", "guitar", "vocals"]}, splits=("train",)
    )
    track = folder / "train" / "a"
    match damage:
        case "no folder":
            folder = folder / "elsewhere"
        case "no split":
            (folder / "train").rename(folder / "somewhere")
        case "no stem":
            (track / "vocals.flac").unlink()
        case "silence":
            soundfile.write(track / "vocals.flac", np.zeros(8000), SAMPLE_RATE)
        case "manifest":
            (folder / "dataset.json").write_text("{", encoding="utf-8")
        case "groups":
            (folder / "dataset.json").write_text('{"groups": {"other": 3}}', encoding="utf-8")
        case "audio":
            (track / "vocals.flac").write_bytes(b"fLaC and nothing else")
        case "channels":
            soundfile.write(track / "vocals.flac", np.zeros((8000, 3)), SAMPLE_RATE)
    with pytest.raises(DatasetError) as caught:
        open_dataset(folder, MixingConfig())
    assert words in caught.value.message
    assert caught.value.remedy
