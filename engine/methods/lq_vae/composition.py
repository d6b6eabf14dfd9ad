"""Models made of parts: one codec, and the priors of any stems that were trained beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.checkpoint import Checkpoint
from engine.errors import CheckpointError
from engine.methods.lq_vae.config import LqVaeConfig
from engine.methods.lq_vae.model import CODEC_PREFIX, DECODER_PREFIX, PRIOR_PREFIX, prior_key
from engine.residual import REST_STEM


def combine(checkpoints: Sequence[Checkpoint], *, with_rest: bool | None = None) -> Checkpoint:
    """Put the priors of several checkpoints of the same codec together.

    Args:
        checkpoints: One or more; how they are used (particles, the decoder and so on) is the
            first one's.
        with_rest: Whether the model also has a stem for what no prior speaks for; none keeps it
            if the first checkpoint has it.

    Raises:
        CheckpointError: The codecs or the shapes of the priors differ, or two priors are of the
            same stem.
    """
    configs = [LqVaeConfig.from_json(checkpoint.card.config) for checkpoint in checkpoints]
    names = [name for config in configs for name in config.prior_names]
    if len(set(names)) < len(names):
        raise CheckpointError(
            "Two of the models have the same stem (stems: {stems}).",
            remedy="Give one model for each stem.",
            stems=", ".join(names),
        )
    first = checkpoints[0]
    tensors: dict[str, Tensor] = dict(first.tensors)
    for checkpoint, config in zip(checkpoints[1:], configs[1:], strict=True):
        if not _same_codec(tensors, checkpoint.tensors):
            raise CheckpointError(
                "“{title}” was made for another codec.",
                remedy="Train its priors again with the codec of the first model.",
                title=checkpoint.card.title,
            )
        if config.prior.transformer != configs[0].prior.transformer:
            raise CheckpointError(
                "The priors of “{title}” have another shape.",
                remedy="Train them again beside the first model.",
                title=checkpoint.card.title,
            )
        tensors = {**checkpoint.tensors, **tensors}
    has_rest = configs[0].has_rest if with_rest is None else with_rest
    config = replace(configs[0], stem_names=(*names, REST_STEM) if has_rest else tuple(names))
    card = replace(
        first.card,
        title=config.title,
        stem_names=config.stem_names,
        experimental_stems=config.experimental_stems,
        config=config.to_json(),
        licence=_joined((each.card.licence for each in checkpoints), "; "),
        provenance=_joined((_provenance(each) for each in checkpoints), " "),
        scores={name: value for each in checkpoints for name, value in _scores(each).items()},
    )
    return Checkpoint(card=card, tensors=tensors)


def select_stems(checkpoint: Checkpoint, stem_names: Sequence[str]) -> Checkpoint:
    """Keep some stems of a model, in this order; the rest can be asked for in any case.

    Raises:
        CheckpointError: The model has no such stem.
    """
    config = LqVaeConfig.from_json(checkpoint.card.config)
    for name in stem_names:
        if name != REST_STEM and name not in config.prior_names:
            raise CheckpointError(
                "“{title}” has no stem “{stem}”.",
                remedy="Choose from: {known}.",
                title=checkpoint.card.title,
                stem=name,
                known=", ".join((*config.prior_names, REST_STEM)),
            )
    priors = tuple(name for name in stem_names if name != REST_STEM)
    names = (*priors, REST_STEM) if REST_STEM in stem_names else priors
    if names == config.stem_names:
        return checkpoint
    kept = (CODEC_PREFIX, *(f"{PRIOR_PREFIX}{prior_key(name)}." for name in priors))
    chosen = replace(config, stem_names=names)
    card = replace(
        checkpoint.card,
        title=chosen.title,
        stem_names=names,
        experimental_stems=chosen.experimental_stems,
        config=chosen.to_json(),
        # What was measured, was measured beside the stems that are gone.
        scores={},
    )
    tensors = {name: t for name, t in checkpoint.tensors.items() if name.startswith(kept)}
    return Checkpoint(card=card, tensors=tensors)


def foundation_of(checkpoint: Checkpoint) -> Checkpoint:
    """Return the codec of a model alone, as the stages of priors start from it."""
    return select_stems(checkpoint, (REST_STEM,))


def _same_codec(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> bool:
    """Say whether codes mean the same to two models; how they are decoded may differ."""
    names = _names_of_codes(first)
    return names == _names_of_codes(second) and all(
        torch.equal(first[name].float(), second[name].float()) for name in names
    )


def _names_of_codes(tensors: Mapping[str, Tensor]) -> set[str]:
    return {
        name
        for name in tensors
        if name.startswith(CODEC_PREFIX) and not name.startswith(DECODER_PREFIX)
    }


def _joined(texts: Iterable[str], separator: str) -> str:
    return separator.join(dict.fromkeys(text for text in texts if text))


def _provenance(checkpoint: Checkpoint) -> str:
    """Say of a single prior which one it is; of several it has been said."""
    name = _only_prior(checkpoint)
    text = checkpoint.card.provenance
    if name is None or not text or text.startswith(f"{name}: "):
        return text
    return f"{name}: {text}"


def _scores(checkpoint: Checkpoint) -> Mapping[str, float]:
    """Name the scores of a single prior's training after its stem."""
    name = _only_prior(checkpoint)
    if name is None:
        return checkpoint.card.scores
    return {
        key if key.startswith(f"{name}/") else f"{name}/{key}": value
        for key, value in checkpoint.card.scores.items()
    }


def _only_prior(checkpoint: Checkpoint) -> str | None:
    names = [name for name in checkpoint.card.stem_names if name != REST_STEM]
    return names[0] if len(names) == 1 else None
