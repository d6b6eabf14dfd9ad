"""How close an estimated stem comes to the true one, in dB.

Everything is float64 and without torch. A figure that does not exist, such as the distortion of
a stem that is silent, is ``None`` and never an infinity, so that tables and means stay honest.
Numbers of different columns must not be compared with each other:

* uSDR: one ratio over the whole stereo track (MDX 2021, SDX 2023; Mitsufuji et al. 2022).
* SI-SDR: one free gain for the track (Le Roux et al. 2019, equation 5, without mean removal).
* cSDR: median of the SDR of one-second frames (BSS Eval v4; Stöter, Liutkus, Ito 2018).
* SDR, SIR, SAR of BSS Eval v2 with a gain as the only allowed distortion
  (Vincent, Gribonval, Févotte 2006).

Axes: S stem, C channel, K frame or segment, T sample.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import MissingToolError

Float64Array = npt.NDArray[np.float64]
Signal = npt.NDArray[np.float32] | npt.NDArray[np.float64]

SCORE_LIMIT_DB = 150.0  # beyond what float32 can tell apart; exact estimates are scored as this
SILENCE_RATIO = 1e-6  # a reference 60 dB below the mix counts as silent
LEAK_SEGMENT_SECONDS = 0.5
CSDR_FRAME_SECONDS = 1.0
MUSEVAL_FILTER_TAPS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class BssRatios:
    """The three ratios of BSS Eval for one stem; ``None`` where one does not exist.

    Attributes:
        sdr_db: Target against interference and artefacts together.
        sir_db: Target against what the other stems explain.
        sar_db: What the stems explain against what none of them does.
    """

    sdr_db: float | None
    sir_db: float | None
    sar_db: float | None


def power_ratio_db(numerator: float, denominator: float) -> float | None:
    """Return 10 log10 of a ratio of powers, held within ±``SCORE_LIMIT_DB``; 0/0 is ``None``."""
    if numerator <= 0.0:
        return None if denominator <= 0.0 else -SCORE_LIMIT_DB
    if denominator <= 0.0:
        return SCORE_LIMIT_DB
    # A difference of logarithms, because the quotient itself can overflow.
    ratio_db = 10.0 * (math.log10(numerator) - math.log10(denominator))
    return min(max(ratio_db, -SCORE_LIMIT_DB), SCORE_LIMIT_DB)


def usdr_db(reference_CT: Signal, estimate_CT: Signal) -> float | None:
    """Return 10 log10(sum s² / sum (s - e)²) over all channels; ``None`` for a silent reference."""
    reference, estimate = _as_pair(reference_CT, estimate_CT)
    energy = _energy(reference)
    return power_ratio_db(energy, _energy(reference - estimate)) if energy > 0.0 else None


def si_sdr_db(reference_CT: Signal, estimate_CT: Signal) -> float | None:
    """Return the SDR after the best single gain on the reference, the same for all channels.

    ``None`` for a silent reference and for a silent estimate, to which every gain fits alike.
    """
    reference, estimate = _as_pair(reference_CT, estimate_CT)
    energy = _energy(reference)
    if energy <= 0.0 or _energy(estimate) <= 0.0:
        return None
    gain = float(np.vdot(reference, estimate)) / energy
    target = gain * reference
    return power_ratio_db(_energy(target), _energy(estimate - target))


def csdr_db(
    references_SCT: Signal,
    estimates_SCT: Signal,
    sample_rate: int,
    *,
    silence_ratio: float = 0.0,
) -> tuple[float | None, ...]:
    """Return the median over one-second frames of each stem's SDR, as museval computes it.

    In version 4 of BSS Eval the parts of an estimate (spatial error, interference, artefacts)
    add up to the whole error, so its SDR does not depend on the 512-tap filters and costs no
    more than a sum. Like museval, frames in which any reference or any estimate is digitally
    silent are left out for all stems, and so is the rest at the end that fills no frame.

    Args:
        references_SCT: True stems.
        estimates_SCT: Their estimates.
        sample_rate: Frames per second.
        silence_ratio: A reference also counts as silent in a frame if its energy is not above
            this share of what a frame of all stems has on average. Stems that went through a
            lossy codec are never digitally silent, and museval scores the codec's noise.
    """
    if references_SCT.shape != estimates_SCT.shape:
        raise ValueError(f"shapes differ: {references_SCT.shape}, {estimates_SCT.shape}")
    frame = min(round(CSDR_FRAME_SECONDS * sample_rate), references_SCT.shape[-1])
    energies, errors, heard = [], [], []
    for reference_CT, estimate_CT in zip(references_SCT, estimates_SCT, strict=True):
        reference, estimate = _as_pair(reference_CT, estimate_CT)
        energies.append(_segment_energy(reference, frame))
        errors.append(_segment_energy(reference - estimate, frame))
        heard.append(_segment_energy(estimate, frame) > 0.0)
    energy_SK, error_SK = np.array(energies), np.array(errors)
    threshold = silence_ratio * float(energy_SK.sum(axis=0).mean()) if energy_SK.size else 0.0
    kept_K = ((energy_SK > threshold) & np.array(heard, dtype=np.bool_)).all(axis=0)
    if not kept_K.any():
        return (None,) * len(references_SCT)
    return tuple(
        _median_ratio_db(energy_K[kept_K], error_K[kept_K])
        for energy_K, error_K in zip(energy_SK, error_SK, strict=True)
    )


def museval_csdr_db(
    references_SCT: Signal, estimates_SCT: Signal, sample_rate: int
) -> tuple[float | None, ...]:
    """Return the same medians from museval itself: slow, for figures that leave the house.

    Raises:
        MissingToolError: museval, a development dependency, is not installed.
    """
    try:
        from museval.metrics import bss_eval
    except ImportError as error:
        raise MissingToolError(
            "The cSDR by museval needs the package museval, which is not installed.",
            remedy="Install it with “pip install museval”, or leave out --museval.",
        ) from error
    frame = round(CSDR_FRAME_SECONDS * sample_rate)
    # Frames with a silent stem are not written by museval, and its maximum over them warns.
    with np.errstate(all="ignore"):
        sdr_SK = bss_eval(
            np.asarray(references_SCT, dtype=np.float64).transpose(0, 2, 1),
            np.asarray(estimates_SCT, dtype=np.float64).transpose(0, 2, 1),
            window=frame,
            hop=frame,
            filters_len=MUSEVAL_FILTER_TAPS,
        )[0]
    medians: list[float | None] = []
    for sdr_K in np.asarray(sdr_SK, dtype=np.float64):
        known_K = sdr_K[~np.isnan(sdr_K)]
        clipped_K = known_K.clip(-SCORE_LIMIT_DB, SCORE_LIMIT_DB)
        medians.append(float(np.median(clipped_K)) if known_K.size else None)
    return tuple(medians)


def bss_ratios(references_SCT: Signal, estimates_SCT: Signal) -> tuple[BssRatios, ...]:
    """Split each estimate e orthogonally, as BSS Eval v2 does with gains, and return its ratios.

        target = P_s e,   interference = P_all e - P_s e,   artefacts = e - P_all e,

    with P_s the projection on the stem and P_all the one on the span of all stems. Channels
    are strung together, so there is one gain per stem and pair. Because the three parts are
    orthogonal, 1/SDR = 1/SIR + (1 + 1/SIR)/SAR holds for every stem: ``sdr_from_sir_and_sar``.
    """
    references_ST = np.asarray(references_SCT, dtype=np.float64).reshape(len(references_SCT), -1)
    estimates_ST = np.asarray(estimates_SCT, dtype=np.float64).reshape(len(estimates_SCT), -1)
    if references_ST.shape != estimates_ST.shape:
        raise ValueError(f"shapes differ: {references_SCT.shape}, {estimates_SCT.shape}")
    # The orthogonal basis of the span; directions of silent or repeated stems drop out.
    _, singular_S, basis_ST = np.linalg.svd(references_ST, full_matrices=False)
    if not singular_S.size or singular_S[0] == 0.0:
        return (BssRatios(sdr_db=None, sir_db=None, sar_db=None),) * len(references_ST)
    basis_ST = basis_ST[singular_S > singular_S[0] * np.finfo(np.float64).eps * len(singular_S)]
    return tuple(
        _ratios_of_one(reference_T, estimate_T, basis_ST)
        for reference_T, estimate_T in zip(references_ST, estimates_ST, strict=True)
    )


def sdr_from_sir_and_sar(sir_db: float, sar_db: float) -> float:
    """Return the only SDR that fits to this SIR and SAR: 1/SDR = 1/SIR + (1 + 1/SIR)/SAR.

    Means over tracks may fall below the value at the mean SIR and SAR but never exceed it,
    since the map is concave; a published table that does so mixes two definitions.
    """
    inverse_sir = 10.0 ** (-sir_db / 10.0)
    inverse_sar = 10.0 ** (-sar_db / 10.0)
    return -10.0 * math.log10(inverse_sir + (1.0 + inverse_sir) * inverse_sar)


def is_audible(reference_CT: Signal, mix_CT: Signal) -> bool:
    """Whether a stem is less than 60 dB below the mix over the whole track.

    One that is not, such as the coding noise of an empty file, has no SDR worth a number.
    """
    reference, mix = _as_pair(reference_CT, mix_CT)
    return _energy(reference) > SILENCE_RATIO * _energy(mix)


def silent_segments(
    reference_CT: Signal, mix_CT: Signal, sample_rate: int
) -> npt.NDArray[np.bool_]:
    """Mark the half-second segments (K,) in which the stem is silent and the mix is not.

    Both are measured against the mean power of the whole mix: silent is 60 dB below it.
    """
    segment = _leak_segment(mix_CT, sample_rate)
    reference, mix = _as_pair(reference_CT, mix_CT)
    mix_energy_K = _segment_energy(mix, segment)
    if not mix_energy_K.size or not mix_energy_K.any():
        return np.zeros(mix_energy_K.shape, dtype=np.bool_)
    threshold = SILENCE_RATIO * float(mix_energy_K.mean())
    silent_K: npt.NDArray[np.bool_] = _segment_energy(reference, segment) <= threshold
    return silent_K & (mix_energy_K > threshold)


def leak_db(
    reference_CT: Signal, estimate_CT: Signal, mix_CT: Signal, sample_rate: int
) -> float | None:
    """Return the energy of the estimate where the true stem is silent, relative to the mix there.

    0 dB is the mix itself, lower is better; ``None`` if the stem is never silent. This column
    keeps the reward for silence out of the SDRs, where it would swamp everything else.
    """
    silent_K = silent_segments(reference_CT, mix_CT, sample_rate)
    if not silent_K.any():
        return None
    segment = _leak_segment(mix_CT, sample_rate)
    estimate, mix = _as_pair(estimate_CT, mix_CT)
    leaked = float(_segment_energy(estimate, segment)[silent_K].sum())
    return power_ratio_db(leaked, float(_segment_energy(mix, segment)[silent_K].sum()))


def _leak_segment(mix_CT: Signal, sample_rate: int) -> int:
    """Length of a segment; a shorter mix is one segment."""
    num_frames: int = mix_CT.shape[-1]
    return max(1, min(round(LEAK_SEGMENT_SECONDS * sample_rate), num_frames))


def _ratios_of_one(
    reference_T: Float64Array, estimate_T: Float64Array, basis_ST: Float64Array
) -> BssRatios:
    energy = _energy(reference_T)
    if energy <= 0.0:
        return BssRatios(sdr_db=None, sir_db=None, sar_db=None)
    target_T = float(reference_T @ estimate_T) / energy * reference_T
    explained_T = (basis_ST @ estimate_T) @ basis_ST
    interference_T = explained_T - target_T
    artefacts_T = estimate_T - explained_T
    return BssRatios(
        sdr_db=power_ratio_db(_energy(target_T), _energy(interference_T + artefacts_T)),
        sir_db=power_ratio_db(_energy(target_T), _energy(interference_T)),
        sar_db=power_ratio_db(_energy(explained_T), _energy(artefacts_T)),
    )


def _median_ratio_db(energy_K: Float64Array, error_K: Float64Array) -> float:
    with np.errstate(divide="ignore"):
        ratio_K = 10.0 * (np.log10(energy_K) - np.log10(error_K))
    return float(np.median(ratio_K.clip(-SCORE_LIMIT_DB, SCORE_LIMIT_DB)))


def _segment_energy(signal_CT: Float64Array, segment: int) -> Float64Array:
    """Energy of each whole segment over all channels, (K,)."""
    if segment < 1:
        return np.zeros(0)
    channels, frames = signal_CT.shape
    whole = frames // segment
    split_CKT = signal_CT[:, : whole * segment].reshape(channels, whole, segment)
    energy_K: Float64Array = np.einsum("ckt,ckt->k", split_CKT, split_CKT)
    return energy_K


def _energy(signal: Float64Array) -> float:
    return float(np.vdot(signal, signal))


def _as_pair(reference_CT: Signal, estimate_CT: Signal) -> tuple[Float64Array, Float64Array]:
    if reference_CT.shape != estimate_CT.shape:
        raise ValueError(f"shapes differ: {reference_CT.shape}, {estimate_CT.shape}")
    return (
        np.asarray(reference_CT, dtype=np.float64),
        np.asarray(estimate_CT, dtype=np.float64),
    )
