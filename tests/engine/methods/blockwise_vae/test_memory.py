import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.methods.blockwise_vae.memory import (
    RATE,
    ChunkStatistics,
    SourceMemory,
    chosen,
    exchanged,
    memory_of,
    observe,
    sums_of,
    telling_apart,
    updated,
)


def empty(num_songs: int = 1) -> SourceMemory:
    return SourceMemory.empty(num_songs, 2, 3, like=torch.zeros(()))


def chunk(seed: int, *, energy: tuple[float, float] = (1.0, 1.0)) -> ChunkStatistics:
    random = torch.Generator().manual_seed(seed)
    return ChunkStatistics(
        mean_BQL=torch.randn(1, 2, 3, generator=random),
        variance_BQL=torch.rand(1, 2, 3, generator=random) + 0.1,
        energy_BQ=torch.tensor([energy]),
    )


@given(seed=st.integers(0, 2**16))
def test_an_observation_is_the_weighted_moments_of_the_posterior(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    mean = torch.randn(1, 2, 5, 3, generator=random)
    log_variance = torch.randn(1, 2, 5, 3, generator=random)
    energy = torch.rand(1, 2, 5, generator=random)

    seen = observe(mean, log_variance, energy)

    share = (energy / energy.sum(dim=1, keepdim=True)).double().numpy()
    for source in range(2):
        weight = share[0, source] / share[0, source].sum()
        values = mean[0, source].double().numpy()
        expected = weight @ values
        spread = log_variance[0, source].double().exp().numpy() + (values - expected) ** 2
        np.testing.assert_allclose(seen.mean_BQL[0, source], expected, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(seen.variance_BQL[0, source], weight @ spread, rtol=1e-3)


def test_the_first_observation_is_taken_as_it_is() -> None:
    first = chunk(0)

    memory = updated(empty(), first)

    torch.testing.assert_close(memory.mean_BQL, first.mean_BQL)
    torch.testing.assert_close(memory.variance_BQL, first.variance_BQL)
    assert memory.evidence_BQ.tolist() == [[1.0, 1.0]]


@given(num_chunks=st.integers(1, 6), seed=st.integers(0, 2**16))
def test_moments_are_those_of_an_exponentially_weighted_mixture(num_chunks: int, seed: int) -> None:
    chunks = [chunk(seed + index) for index in range(num_chunks)]
    memory = empty()
    for observed in chunks:
        memory = updated(memory, observed)

    share = [(1 - RATE) ** (num_chunks - 1)]
    share += [RATE * (1 - RATE) ** (num_chunks - 1 - index) for index in range(1, num_chunks)]
    means = np.stack([observed.mean_BQL.double().numpy() for observed in chunks])
    variances = np.stack([observed.variance_BQL.double().numpy() for observed in chunks])
    mean = np.tensordot(share, means, 1)
    variance = np.tensordot(share, variances + (means - mean) ** 2, 1)
    np.testing.assert_allclose(memory.mean_BQL.numpy(), mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(memory.variance_BQL.numpy(), variance, rtol=1e-4)


def test_a_silent_source_leaves_its_memory_as_it_is() -> None:
    memory = updated(empty(), chunk(0))

    later = updated(memory, chunk(1, energy=(1.0, 1e-4)))

    assert not torch.equal(later.mean_BQL[:, 0], memory.mean_BQL[:, 0])
    assert torch.equal(later.mean_BQL[:, 1], memory.mean_BQL[:, 1])
    assert torch.equal(later.variance_BQL[:, 1], memory.variance_BQL[:, 1])
    assert later.evidence_BQ.tolist() == [[2.0, 1.0]]


def test_a_source_that_never_sounded_is_unknown() -> None:
    memory = updated(empty(), chunk(0, energy=(1.0, 0.0)))

    assert memory.is_known_BQ.tolist() == [[True, False]]


def test_digital_silence_teaches_nothing() -> None:
    memory = updated(empty(), chunk(0, energy=(0.0, 0.0)))

    assert not memory.is_known_BQ.any()
    assert torch.equal(memory.mean_BQL, empty().mean_BQL)


def test_a_quieter_chunk_counts_less() -> None:
    memory = updated(empty(), chunk(0))

    quiet = updated(memory, chunk(1, energy=(0.25, 0.25)))
    loud = updated(memory, chunk(1))

    moved = (quiet.mean_BQL - memory.mean_BQL) / (loud.mean_BQL - memory.mean_BQL)
    torch.testing.assert_close(moved, torch.full_like(moved, 0.25), rtol=1e-3, atol=0)


def test_songs_choose_between_memories_one_by_one() -> None:
    first, second = updated(empty(), chunk(0)), updated(empty(), chunk(1))
    both = SourceMemory(
        mean_BQL=torch.cat([first.mean_BQL, second.mean_BQL]),
        variance_BQL=torch.cat([first.variance_BQL, second.variance_BQL]),
        energy_BQ=torch.cat([first.energy_BQ, second.energy_BQ]),
        evidence_BQ=torch.cat([first.evidence_BQ, second.evidence_BQ]),
    )

    mixed = chosen(torch.tensor([True, False]), exchanged(both), both)

    assert torch.equal(mixed.mean_BQL, torch.cat([second.mean_BQL, second.mean_BQL]))


def test_sources_are_told_apart_only_by_the_memory_of_the_same_song() -> None:
    seen = chunk(0)
    memory = updated(empty(), seen)
    swapped = SourceMemory(
        mean_BQL=memory.mean_BQL.flip(1),
        variance_BQL=memory.variance_BQL,
        energy_BQ=memory.energy_BQ,
        evidence_BQ=memory.evidence_BQ,
    )

    own = float(telling_apart(seen, memory, temperature=0.1))

    assert own == pytest.approx(0.0, abs=1e-3)
    assert own < float(telling_apart(seen, swapped, temperature=0.1)) - 1.0


def test_nothing_can_be_told_apart_by_an_empty_memory() -> None:
    assert float(telling_apart(chunk(0), empty(), temperature=0.1)) == 0.0


@given(seed=st.integers(0, 2**16), num_chunks=st.integers(1, 5))
def test_sums_give_the_moments_of_all_chunks_weighted_with_their_energy(
    seed: int, num_chunks: int
) -> None:
    energies = [float(1 + (seed * (index + 3)) % 7) for index in range(num_chunks)]
    chunks = [chunk(seed + index, energy=(energy, 1.0)) for index, energy in enumerate(energies)]

    memory = memory_of(torch.stack([sums_of(each)[0] for each in chunks]).sum(dim=0))

    share = np.array(energies) / np.sum(energies)
    means = np.stack([each.mean_BQL[0, 0].double().numpy() for each in chunks])
    variances = np.stack([each.variance_BQL[0, 0].double().numpy() for each in chunks])
    mean = share @ means
    np.testing.assert_allclose(memory.mean_BQL[0, 0], mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        memory.variance_BQL[0, 0], share @ (variances + (means - mean) ** 2), rtol=1e-4
    )
    assert memory.evidence_BQ.tolist() == [[num_chunks, num_chunks]]


@given(order=st.permutations(range(4)))
def test_the_order_in_which_chunks_are_heard_does_not_matter(order: list[int]) -> None:
    rows = [sums_of(chunk(index))[0] for index in range(4)]

    memory = memory_of(sum((rows[index] for index in order), torch.zeros(())))

    expected = memory_of(torch.stack(rows).sum(dim=0))
    torch.testing.assert_close(memory.mean_BQL, expected.mean_BQL)
    torch.testing.assert_close(memory.variance_BQL, expected.variance_BQL)


def test_a_silent_source_adds_nothing_to_the_sums() -> None:
    sums = sums_of(chunk(0, energy=(1.0, 1e-4)))[0]

    assert not sums[1].any()
    assert memory_of(sums).is_known_BQ.tolist() == [[True, False]]


def test_sums_of_nothing_are_an_empty_memory() -> None:
    memory = memory_of(torch.zeros_like(sums_of(chunk(0))[0]))

    assert torch.equal(memory.mean_BQL, empty().mean_BQL)
    assert torch.equal(memory.variance_BQL, empty().variance_BQL)
    assert not memory.is_known_BQ.any()
