"""Quality, the rest, many stems, both codecs, and putting models together.

Axes: B window, S stem, C channel, K band, N spectrogram frame, T frame.
"""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.errors import CheckpointError, EngineError
from engine.methods.base import Estimate
from engine.methods.lq_vae.composition import combine, select_stems
from engine.methods.lq_vae.config import LqVaeConfig
from engine.methods.lq_vae.method import (
    codec_stage,
    load,
    prior_stage,
    tiny_checkpoint,
    tiny_config,
)
from engine.methods.lq_vae.model import load_model
from engine.methods.lq_vae.separator import LqVaeSeparator
from engine.training.trainer import train
from tests.engine.training.tiny_dataset import write_dataset
from tests.engine.training.tiny_stage import tiny_training

CPU = torch.device("cpu")


def mix_of(checkpoint: Checkpoint) -> Tensor:
    shape = (1, checkpoint.card.channels, checkpoint.card.window_frames)
    return 0.1 * torch.randn(shape, generator=torch.Generator().manual_seed(0))


@torch.inference_mode()
def separated(separator: LqVaeSeparator, mix_BCT: Tensor, *, seed: int = 0) -> Estimate:
    steps = separator.separate_windows(mix_BCT, torch.Generator().manual_seed(seed))
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            estimate: Estimate = finished.value
            return estimate


@pytest.mark.parametrize("codec", ["spectral", "waveform"])
@pytest.mark.parametrize(
    "stem_names",
    [("drums", "rest"), ("drums", "bass", "vocals"), ("drums", "bass", "other", "rest")],
)
def test_any_number_of_stems_with_either_codec(codec: str, stem_names: tuple[str, ...]) -> None:
    config = replace(tiny_config(), stem_names=stem_names, codec=codec)  # type: ignore[arg-type]
    checkpoint = tiny_checkpoint(config)
    separator = load(checkpoint, CPU)
    estimate = separated(separator, mix_of(checkpoint))
    assert estimate.mean_BSCFN.shape[1] == len(stem_names)
    assert bool(estimate.mean_BSCFN.isfinite().all())
    assert bool((estimate.error_power_BSCFN >= 0.0).all())
    assert 0.0 <= separator.certified_share <= 1.0


def test_masked_means_add_up_to_the_mix() -> None:
    checkpoint = tiny_checkpoint(tiny_config())
    separator = load(checkpoint, CPU)
    mix_BCT = mix_of(checkpoint)
    estimate = separated(separator, mix_BCT)
    torch.testing.assert_close(
        estimate.mean_BSCFN.sum(dim=1), separator.stft.forward(mix_BCT), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("num_particles", [1, 3])
def test_a_search_needs_no_random_numbers(num_particles: int) -> None:
    config = replace(tiny_config(), inference="search", num_particles=num_particles)
    checkpoint = tiny_checkpoint(config)
    separator = load(checkpoint, CPU)
    first = separated(separator, mix_of(checkpoint))
    second = separated(separator, mix_of(checkpoint), seed=99)
    assert torch.equal(first.mean_BSCFN, second.mean_BSCFN)
    sampler = load(tiny_checkpoint(replace(config, inference="sample")), CPU)
    third = separated(sampler, mix_of(checkpoint), seed=1)
    fourth = separated(sampler, mix_of(checkpoint), seed=2)
    assert not torch.equal(third.mean_BSCFN, fourth.mean_BSCFN)


def test_quality_is_the_number_of_particles() -> None:
    checkpoint = tiny_checkpoint(tiny_config())
    usual = tiny_config().num_particles
    assert load(checkpoint, CPU).num_particles == usual
    assert load(checkpoint, CPU, "draft").num_particles == 1
    assert load(checkpoint, CPU, "best").num_particles == 4 * usual
    one = LqVaeSeparator(checkpoint.card, load_model(checkpoint), num_particles=1)
    assert bool(separated(one, mix_of(checkpoint)).mean_BSCFN.isfinite().all())
    with pytest.raises(ValueError, match="num_particles"):
        LqVaeSeparator(checkpoint.card, load_model(checkpoint), num_particles=0)


def test_priors_of_the_same_codec_can_be_put_together() -> None:
    both = tiny_checkpoint(tiny_config())
    alone = []
    for name in ("drums", "bass"):
        config = replace(tiny_config(), stem_names=(name, "rest"))
        tensors = {
            key: tensor
            for key, tensor in both.tensors.items()
            if key.startswith(("codec.", f"priors.{name}."))
        }
        card = replace(both.card, stem_names=config.stem_names, config=config.to_json())
        alone.append(Checkpoint(card=card, tensors=tensors))
    joined = combine(alone, with_rest=False)
    assert joined.card.stem_names == ("drums", "bass")
    assert joined.tensors.keys() == both.tensors.keys()
    assert combine(alone, with_rest=True).card.stem_names == ("drums", "bass", "rest")
    mix_BCT = mix_of(both)
    torch.testing.assert_close(
        separated(load(joined, CPU), mix_BCT).mean_BSCFN,
        separated(load(both, CPU), mix_BCT).mean_BSCFN,
    )
    with pytest.raises(CheckpointError, match="same stem"):
        combine([alone[0], alone[0]], with_rest=False)
    changed = {key: tensor + 1.0 for key, tensor in alone[1].tensors.items()}
    other = Checkpoint(card=alone[1].card, tensors=changed)
    with pytest.raises(CheckpointError, match="another codec"):
        combine([alone[0], other], with_rest=False)


def test_a_codec_alone_is_no_model() -> None:
    stage = codec_stage()
    values = tiny_config().to_json()
    checkpoint = Checkpoint(card=stage.card(values), tensors=stage.build(values).state_dict())
    with pytest.raises(CheckpointError, match="without priors"):
        load(checkpoint, CPU)


def test_a_config_survives_a_card_and_refuses_nonsense() -> None:
    config = tiny_config()
    assert LqVaeConfig.from_json(config.to_json()) == config
    damages: tuple[dict[str, object], ...] = ({"codec": "mp3"}, {"spectral": {}}, {"unknown": 1})
    for damage in damages:
        with pytest.raises(CheckpointError, match="another version"):
            LqVaeConfig.from_json({**config.to_json(), **damage})


@pytest.mark.parametrize("prefix", ["", "faithful-"])
def test_codec_and_priors_train_one_after_the_other_and_separate(
    prefix: str, tmp_path: Path
) -> None:
    dataset = write_dataset(tmp_path / "songs")
    config = replace(tiny_training(dataset), cache=tmp_path / "cache")
    values = tiny_config().to_json()
    is_faithful = prefix != ""
    stages = [
        codec_stage(is_faithful=is_faithful),
        prior_stage("drums", is_faithful=is_faithful),
        prior_stage("bass", is_faithful=is_faithful),
    ]
    with pytest.raises(EngineError, match="starts from"):
        next(train(stages[1], config, tmp_path / "out", resume=False))
    for index, stage in enumerate(stages):
        # Only the codec is told its shape; the priors take it from the codec's card.
        chosen = replace(stage, config=values) if index == 0 else stage
        list(train(chosen, config, tmp_path / "out", resume=False))
    checkpoints = [
        load_checkpoint(tmp_path / "out" / f"{stage.name}.safetensors") for stage in stages
    ]
    codec = checkpoints[0].tensors
    assert all(torch.equal(checkpoints[1].tensors[name], codec[name]) for name in codec)
    joined = combine(checkpoints[1:], with_rest=False)
    save_checkpoint(tmp_path / "joined.safetensors", joined)
    separator = load(load_checkpoint(tmp_path / "joined.safetensors"), CPU)
    assert separator.card.stem_names == ("drums", "bass")
    estimate = separated(separator, mix_of(joined))
    assert bool(estimate.mean_BSCFN.isfinite().all())


def test_a_wait_for_the_next_report_is_short_however_many_particles_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr("engine.methods.lq_vae.separator.time.monotonic", lambda: next(clock))
    checkpoint = tiny_checkpoint(tiny_config())
    separator = load(checkpoint, CPU)
    shares = []
    steps = separator.separate_windows(mix_of(checkpoint), torch.Generator().manual_seed(0))
    with torch.inference_mode():
        shares = [share for share in steps if share <= 0.9]
    # A second passes at every look at the clock, so every step is reported.
    spectral = tiny_config().spectral
    num_frames = checkpoint.card.window_frames // spectral.hop + 1
    assert len(shares) >= num_frames * spectral.num_stages
    assert shares == sorted(shares)


def test_priors_of_another_shape_are_refused_and_stems_can_be_taken_out_and_put_back() -> None:
    both = tiny_checkpoint(tiny_config())
    drums, bass = (select_stems(both, (name, "rest")) for name in ("drums", "bass"))
    assert select_stems(both, both.card.stem_names) is both
    with pytest.raises(CheckpointError, match="no stem “flute”"):
        select_stems(both, ("flute",))
    back = combine([drums, bass], with_rest=False)
    assert back.card.stem_names == both.card.stem_names
    assert all(torch.equal(tensor, back.tensors[name]) for name, tensor in both.tensors.items())
    config = LqVaeConfig.from_json(bass.card.config)
    wider = replace(config.prior.transformer, mlp_factor=3)
    config = replace(config, prior=replace(config.prior, transformer=wider))
    other = replace(bass, card=replace(bass.card, config=config.to_json()))
    with pytest.raises(CheckpointError, match="another shape"):
        combine([drums, other])


def test_a_model_put_together_says_where_each_stem_comes_from() -> None:
    both = tiny_checkpoint(tiny_config())
    parts = []
    for name in ("drums", "bass"):
        part = select_stems(both, (name, "rest"))
        facts = replace(
            part.card,
            provenance=f"Trained on {name} solos.",
            licence=f"licence of {name}",
            scores={"validation/total": 1.5},
        )
        parts.append(replace(part, card=facts))
    card = combine(parts).card
    assert card.stem_names == ("drums", "bass", "rest")
    assert card.title == "Solo priors: drums, bass, rest"
    assert card.experimental_stems == card.stem_names
    assert card.provenance == "drums: Trained on drums solos. bass: Trained on bass solos."
    assert card.licence == "licence of drums; licence of bass"
    assert card.scores == {"drums/validation/total": 1.5, "bass/validation/total": 1.5}
