"""Sequential Monte Carlo and beam search on a hidden Markov model with known answers.

Axes: B window, P particle, S source, L step, X pair of codes.
"""

import itertools
from collections.abc import Generator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.methods.lq_vae.beam_search import search_codes
from engine.methods.lq_vae.published_selection import select_published
from engine.methods.lq_vae.sequence import CodePaths
from engine.methods.lq_vae.smc import (
    ParticleWeights,
    sample_codes,
    stratified_uniforms,
    systematic_ancestors,
)
from tests.engine.methods.lq_vae.hidden_markov import (
    Toy,
    ToySequence,
    clean_beam_search,
    random_toy,
)

NUM_PROBLEMS = 200
NUM_CODES = 5
NUM_BEAMS = 4


def finished(steps: Generator[float, None, CodePaths]) -> CodePaths:
    shares = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as stop:
            assert shares == sorted(shares)
            assert shares[-1] == 1.0
            paths: CodePaths = stop.value
            return paths


def sampled(
    toy: Toy,
    *,
    num_particles: int,
    seed: int,
    resample_below: float = 0.5,
    lag: int | None = None,
) -> CodePaths:
    generator = torch.Generator().manual_seed(seed)
    sequence = ToySequence(toy, num_particles=num_particles)
    return finished(sample_codes(sequence, generator, resample_below=resample_below, lag=lag))


def test_the_toy_itself_agrees_with_enumeration() -> None:
    toy = random_toy(0, num_codes=2, num_steps=3)
    emission_LX = toy.log_emission_LX(0)
    scores = []
    for path in itertools.product(range(4), repeat=3):
        codes = [divmod(pair, 2) for pair in path]
        score = sum(float(emission_LX[step, pair]) for step, pair in enumerate(path))
        for s in range(2):
            score += float(toy.log_initial_SK[s, codes[0][s]])
            for before, after in itertools.pairwise(codes):
                score += float(toy.log_transition_SKK[s, before[s], after[s]])
        scores.append((score, list(path)))
    table = torch.tensor([score for score, _ in scores], dtype=torch.float64)
    assert toy.log_evidence(0) == pytest.approx(float(table.logsumexp(0)), abs=1e-12)
    best_score, best_path = max(scores)
    found_path, found_score = toy.most_probable(0)
    assert found_path == best_path
    assert found_score == pytest.approx(best_score, abs=1e-12)


@pytest.mark.parametrize("resample_below", [0.0, 0.5, 1.0])
def test_the_evidence_estimate_has_no_bias(resample_below: float) -> None:
    toy = random_toy(4, num_codes=3, num_steps=8, sigma=0.4)
    ratios = torch.tensor(
        [
            float(
                sampled(
                    toy, num_particles=4, seed=seed, resample_below=resample_below
                ).log_evidence_B[0]
            )
            for seed in range(400)
        ],
        dtype=torch.float64,
    )
    ratios = (ratios - toy.log_evidence(0)).exp()
    standard_error = float(ratios.std()) / len(ratios) ** 0.5
    assert standard_error < 0.2
    assert abs(float(ratios.mean()) - 1.0) < 4.0 * standard_error


def test_the_evidence_estimate_converges_to_the_enumerated_evidence() -> None:
    toy = random_toy(5, sigma=0.5)
    exact = toy.log_evidence(0)
    errors = []
    for num_particles in (8, 128, 16_384):
        deviations = [
            float(sampled(toy, num_particles=num_particles, seed=seed).log_evidence_B[0]) - exact
            for seed in range(6)
        ]
        errors.append((sum(d * d for d in deviations) / len(deviations)) ** 0.5)
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02


def distance(paths: CodePaths, expected_LX: torch.Tensor) -> float:
    """Largest total variation over the steps."""
    pair_PL = paths.codes_BPLS[0, ..., 0] * NUM_CODES + paths.codes_BPLS[0, ..., 1]
    distances = []
    for step, expected_X in enumerate(expected_LX):
        estimate_X = torch.zeros(NUM_CODES**2, dtype=torch.float64)
        estimate_X.index_add_(0, pair_PL[:, step], paths.log_weight_BPL[0, :, step].exp())
        distances.append(float(0.5 * (estimate_X - expected_X).abs().sum()))
    return max(distances)


def test_weighted_particles_have_the_marginals_of_the_smoother() -> None:
    toy = random_toy(6, num_steps=6, sigma=0.5)
    paths = sampled(toy, num_particles=20_000, seed=1)
    assert distance(paths, toy.smoothed_LX(0)) < 0.03


def test_a_lag_leaves_the_past_as_it_was_when_the_lag_had_passed() -> None:
    toy = random_toy(6, num_steps=6, sigma=0.5)
    filtered_LX, smoothed_LX = toy.filtered_LX(0), toy.smoothed_LX(0)
    assert float(0.5 * (filtered_LX - smoothed_LX).abs().sum(dim=-1).max()) > 0.1
    filtered = sampled(toy, num_particles=20_000, seed=1, lag=0)
    assert distance(filtered, filtered_LX) < 0.03
    whole = sampled(toy, num_particles=20_000, seed=1, lag=6)
    assert distance(whole, smoothed_LX) < 0.03
    torch.testing.assert_close(filtered.log_evidence_B, whole.log_evidence_B)


def test_candidates_without_weights_do_not_have_them() -> None:
    """The published sampler drops Z_s; on some problem that must show, or the test is blind."""
    toy = random_toy(6, num_steps=6, sigma=0.5)
    paths = sampled(toy, num_particles=20_000, seed=1, resample_below=0.0)
    pair_PL = paths.codes_BPLS[0, ..., 0] * NUM_CODES + paths.codes_BPLS[0, ..., 1]
    smoothed_LX = toy.smoothed_LX(0)
    distances = []
    for step in range(6):
        counts_X = torch.bincount(pair_PL[:, step], minlength=NUM_CODES**2) / 20_000
        distances.append(float(0.5 * (counts_X - smoothed_LX[step]).abs().sum()))
    assert max(distances) > 0.05


def test_a_window_does_not_notice_its_neighbours() -> None:
    toy = random_toy(8, num_windows=3)
    together = sampled(toy, num_particles=16, seed=3)
    for window in range(3):
        alone_toy = Toy(
            log_initial_SK=toy.log_initial_SK,
            log_transition_SKK=toy.log_transition_SKK,
            likelihood=toy.likelihood,
            mix_BLD=toy.mix_BLD[window : window + 1],
        )
        alone = sampled(alone_toy, num_particles=16, seed=3)
        assert torch.equal(alone.codes_BPLS[0], together.codes_BPLS[window])
        torch.testing.assert_close(alone.log_weight_BPL[0], together.log_weight_BPL[window])


def test_beam_search_finds_the_best_sequence_as_often_as_a_clean_beam_search() -> None:
    found, found_by_reference = 0, 0
    for seed in range(NUM_PROBLEMS):
        toy = random_toy(seed, num_codes=NUM_CODES)
        paths = finished(search_codes(ToySequence(toy, num_particles=NUM_BEAMS)))
        score, path = clean_beam_search(toy, NUM_BEAMS)
        best_path, best_score = toy.most_probable(0)
        assert float(paths.log_weight_BPL[0, 0, -1]) == pytest.approx(score, abs=1e-9)
        ours = (paths.codes_BPLS[0, 0, :, 0] * NUM_CODES + paths.codes_BPLS[0, 0, :, 1]).tolist()
        found += ours == best_path
        found_by_reference += [i * NUM_CODES + j for i, j in path] == best_path
        assert score <= best_score + 1e-9
    assert found >= found_by_reference
    assert found > 0.3 * NUM_PROBLEMS


def test_with_enough_beams_the_search_is_exact() -> None:
    for seed in range(5):
        toy = random_toy(seed, num_codes=2, num_steps=4)
        paths = finished(search_codes(ToySequence(toy, num_particles=4**4)))
        assert float(paths.log_weight_BPL[0, 0, -1]) == pytest.approx(toy.most_probable(0)[1])
        score_P = paths.log_weight_BPL[0, :, -1]
        real_P = score_P[score_P > -torch.inf]
        assert float(real_P.logsumexp(0)) == pytest.approx(toy.log_evidence(0))


def test_greedy_search_takes_the_best_pair_of_each_step() -> None:
    toy = random_toy(11)
    paths = finished(search_codes(ToySequence(toy, num_particles=1)))
    score, path = clean_beam_search(toy, 1)
    assert paths.codes_BPLS[0, 0].tolist() == [list(pair) for pair in path]
    assert float(paths.log_evidence_B[0]) == pytest.approx(score)


@settings(max_examples=50)
@given(seed=st.integers(0, 2**16), num_particles=st.integers(1, 30))
def test_systematic_resampling_gives_each_particle_its_share(seed: int, num_particles: int) -> None:
    random = torch.Generator().manual_seed(seed)
    weight_BP = (2.0 * torch.randn(3, num_particles, generator=random)).double().softmax(-1)
    uniform = float(torch.rand((), generator=random))
    ancestor_BP = systematic_ancestors(weight_BP, uniform)
    for b in range(3):
        counts_P = torch.bincount(ancestor_BP[b], minlength=num_particles)
        expected_P = num_particles * weight_BP[b]
        assert bool((counts_P >= (expected_P - 1e-9).floor()).all())
        assert bool((counts_P <= (expected_P + 1e-9).ceil()).all())


def test_effective_size_runs_from_one_to_all() -> None:
    weights = ParticleWeights(2, 8, device=torch.device("cpu"))
    assert weights.effective_size().tolist() == pytest.approx([8.0, 8.0])
    weights.multiply(torch.tensor([[0.0] * 8, [0.0] + [-1000.0] * 7]))
    assert weights.effective_size().tolist() == pytest.approx([8.0, 1.0])
    assert weights.log_evidence_B.tolist() == pytest.approx([0.0, -2.0794415])


def test_stratified_numbers_fill_the_unit_interval_evenly() -> None:
    uniform_PS = stratified_uniforms(50, 3, torch.Generator().manual_seed(0))
    assert uniform_PS.shape == (50, 3)
    for column_P in uniform_PS.T:
        assert sorted((column_P * 50).long().tolist()) == list(range(50))


def test_published_selection_scores_all_combinations() -> None:
    random = torch.Generator().manual_seed(0)
    first_NT, second_NT = (torch.randn(2, 7, 30, generator=random).double()).unbind()
    mix_T = 0.5 * first_NT[4] + 0.5 * second_NT[2] + 0.01 * torch.randn(30, generator=random)
    prior_1_N, prior_2_N = (-100.0 * torch.rand(2, 7, generator=random)).double().unbind()
    chosen = select_published(
        first_NT,
        second_NT,
        mix_T,
        log_priors_N=(prior_1_N, prior_2_N),
        source_weights=(0.5, 0.5),
        num_steps=20,
    )
    distances, priors = {}, {}
    for a, b in itertools.product(range(7), repeat=2):
        distances[a, b] = float((0.5 * first_NT[a] + 0.5 * second_NT[b] - mix_T).square().sum())
        priors[a, b] = float(prior_1_N[a] + prior_2_N[b]) / 20
    variance = -sum(distances.values()) / (2.0 * sum(priors.values()))
    best = max(distances, key=lambda ab: priors[ab] - distances[ab] / (2.0 * variance))
    assert chosen.joint == best
