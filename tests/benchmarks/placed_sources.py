"""Two sources at places between left and right, and what needs no network to take them apart.

Axes: R source, C channel, T sample, F frequency bin, N spectrogram frame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.events import FloatArray
from engine.training.effects import reverberate
from engine.training.mixing import stereo_matrix

LEVEL_DB = 3.0  # by which a source is louder or quieter than its usual level, at most
WET = 10 ** (-12 / 20)  # level of a reverberation
_STFT = Stft(n_fft=4096, hop=1024)
_NUM_ANGLES = 180
_MOST_GAIN = 30.0  # of an inverse: sources at one place have none
_ROUNDS = 30


@dataclass(frozen=True, kw_only=True)
class Distance:
    """How far apart two sources are.

    Attributes:
        places: Distance of their places; -1 is hard left, 1 hard right.
        is_in_room: Whether each has a stereo reverberation 12 dB below it, and reaches the
            further side up to 0.6 ms late.
    """

    places: float
    is_in_room: bool = False


DISTANCES: Mapping[str, Distance] = {
    "same place": Distance(places=0.0),
    "slightly apart": Distance(places=0.3),
    "half": Distance(places=1.0),
    "hard": Distance(places=2.0),
    "half, in a room": Distance(places=1.0, is_in_room=True),
}


def placed(
    sources: Sequence[FloatArray], distance: Distance, rate: int, random: np.random.Generator
) -> FloatArray:
    """Give two sources (C, T) a place each, anywhere at this distance, and a level: (R, C, T)."""
    left = random.uniform(-1.0, 1.0 - distance.places)
    places = random.permutation([left, left + distance.places])
    images = []
    for source_CT, place in zip(sources, places, strict=True):
        gain = np.float32(10 ** (random.uniform(-LEVEL_DB, LEVEL_DB) / 20))
        mono_1T: FloatArray = gain * source_CT.mean(axis=0, keepdims=True)
        matrix_C1 = stereo_matrix(1, position=float(place), width=1.0).astype(np.float32)
        image_CT: FloatArray = matrix_C1 @ mono_1T
        if distance.is_in_room:
            image_CT = _in_room(image_CT, mono_1T, rate, is_left=place < 0.0, random=random)
        images.append(image_CT)
    return np.stack(images)


def _in_room(
    image_CT: FloatArray,
    mono_1T: FloatArray,
    rate: int,
    *,
    is_left: bool,
    random: np.random.Generator,
) -> FloatArray:
    delay = round(random.uniform(0.1e-3, 0.6e-3) * rate)
    far = 1 if is_left else 0
    late_CT = image_CT.copy()
    late_CT[far, delay:] = image_CT[far, :-delay]
    late_CT[far, :delay] = 0.0
    wet_1CT = reverberate(
        torch.from_numpy(mono_1T.astype(np.float32)),
        decay_seconds=[random.uniform(0.4, 1.5)],
        size=random.uniform(0.7, 1.3),
        sample_rate=rate,
        reflections=[(int(random.integers(200, 1300)), 0.7) for _ in range(5)],
    )
    return (late_CT + WET * wet_1CT[0].numpy()).astype(np.float32)


def by_sides(mix_CT: FloatArray) -> FloatArray:
    """What is left is one source and what is right the other, (R, C, T)."""
    return np.stack([mix_CT * [[1.0], [0.0]], mix_CT * [[0.0], [1.0]]]).astype(np.float32)


def by_middle(mix_CT: FloatArray) -> FloatArray:
    """What both sides have in common is one source and the rest the other, (R, C, T)."""
    middle_CT = np.broadcast_to(mix_CT.mean(axis=0), mix_CT.shape)
    return np.stack([middle_CT, mix_CT - middle_CT]).astype(np.float32)


def by_angle(mix_CT: FloatArray) -> FloatArray:
    """Sort every bin of the spectrogram to the nearer of two places, (R, C, T).

    After O. Yilmaz, S. Rickard, Blind separation of speech mixtures via time-frequency masking
    (2004), with levels only: the places are the two means of the bins' angles between left and
    right, weighted with their power.
    """
    spec_CFN = _STFT.forward(torch.from_numpy(mix_CT))
    power_CFN = spec_CFN.abs().square().double()
    angle_FN = torch.atan2(power_CFN[1].sqrt(), power_CFN[0].sqrt())
    # A tenth of the bins is enough to find two places.
    angle_X, weight_X = (
        values_FN[:, ::10].flatten() for values_FN in (angle_FN, power_CFN.sum(dim=0))
    )
    order = angle_X.argsort()
    share_X = weight_X[order].cumsum(0) / weight_X.sum().clamp_min(1e-12)
    places = [float(angle_X[order[int((share_X < at).sum())]]) for at in (0.1, 0.9)]
    for _ in range(_ROUNDS):
        is_right_X = angle_X > sum(places) / 2
        for index, chosen_X in enumerate((~is_right_X, is_right_X)):
            power = weight_X[chosen_X].sum()
            if power > 0:
                places[index] = float((angle_X * weight_X)[chosen_X].sum() / power)
    is_right_FN = angle_FN > sum(places) / 2
    masks = (~is_right_FN, is_right_FN)
    return np.stack([_back(spec_CFN * mask_FN, mix_CT.shape[1]) for mask_FN in masks])


def by_independence(mix_CT: FloatArray) -> FloatArray:
    """Find the matrix that mixed two sources without delays or rooms, and undo it, (R, C, T).

    Independent component analysis of a spectrogram: whitened, then turned until both components
    have the least sum of magnitudes. Where sources are at one place, little can be undone.
    """
    spec_CFN = _STFT.forward(torch.from_numpy(mix_CT))
    parts_CX = torch.view_as_real(spec_CFN).flatten(1).double()
    covariance_CC = parts_CX @ parts_CX.T / parts_CX.shape[1]
    values_C, vectors_CC = torch.linalg.eigh(covariance_CC)
    values_C = values_C.clamp_min(float(values_C.max()) / _MOST_GAIN**2 + 1e-12)
    white_CC = torch.diag(values_C.rsqrt()) @ vectors_CC.T
    # A tenth of the bins is enough to find an angle.
    white_CFN = torch.einsum("dc,cfn->dfn", white_CC.to(spec_CFN.dtype), spec_CFN[:, :, ::10])
    angles = torch.linspace(0.0, torch.pi / 2, _NUM_ANGLES + 1)[:-1]
    cost = [float(_turned(white_CFN, float(angle)).abs().sum()) for angle in angles]
    best = float(angles[int(np.argmin(cost))])
    unmix_CC = _rotation(best) @ white_CC
    mix_CC = torch.linalg.inv(unmix_CC)
    mix_of = torch.from_numpy(mix_CT).double()
    return np.stack([(mix_CC[:, [r]] @ unmix_CC[[r]] @ mix_of).numpy() for r in range(2)]).astype(
        np.float32
    )


def _rotation(angle: float) -> Tensor:
    cosine, sine = np.cos(angle), np.sin(angle)
    return torch.tensor([[cosine, sine], [-sine, cosine]], dtype=torch.float64)


def _turned(white_CFN: Tensor, angle: float) -> Tensor:
    return torch.einsum("dc,cfn->dfn", _rotation(angle).to(white_CFN.dtype), white_CFN)


def _back(spec_CFN: Tensor, num_frames: int) -> FloatArray:
    sound_CT: FloatArray = _STFT.inverse(spec_CFN, num_frames=num_frames).numpy().astype(np.float32)
    return sound_CT
