"""Every separation method there is.

A tuple and not a scan of the folder: it is typed, can be searched for, survives freezing, and a
test catches the one way to forget an entry.
"""

from engine.errors import CheckpointError
from engine.methods.base import Method
from engine.methods.blockwise_vae import method as blockwise_vae
from engine.methods.lq_vae import method as lq_vae
from engine.methods.spectrogram_vae import method as spectrogram_vae

METHODS: tuple[Method, ...] = (spectrogram_vae.METHOD, blockwise_vae.METHOD, lq_vae.METHOD)


def method_named(name: str) -> Method:
    """Return the method of a model card.

    Raises:
        CheckpointError: This version of Strata has no such method.
    """
    for method in METHODS:
        if method.name == name:
            return method
    known = ", ".join(method.name for method in METHODS)
    raise CheckpointError(
        "The method “{name}” is not known here (known: {known}).",
        remedy="Use a newer version of Strata or another model.",
        name=name,
        known=known,
    )
