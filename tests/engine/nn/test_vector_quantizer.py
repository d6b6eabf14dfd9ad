"""Axes: N vector, D latent channel, K code."""

import torch

from engine.nn.vector_quantizer import VectorQuantizer, perplexity, tie_share


def blobs(num_vectors: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    centre_KD = torch.tensor([[5.0, 0.0], [0.0, 5.0], [-5.0, 0.0], [0.0, -5.0]])
    index_N = torch.randint(4, (num_vectors,), generator=random)
    return centre_KD[index_N] + 0.2 * torch.randn(num_vectors, 2, generator=random), centre_KD


def test_the_codebook_finds_the_clusters_of_its_vectors() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        quantizer = VectorQuantizer(8, 2)
        for step in range(400):
            latent_ND, centre_KD = blobs(200, step)
            quantizer.learn(latent_ND, quantizer(latent_ND).codes_N)
    distance_KK = torch.cdist(centre_KD, quantizer.codebook_KD)
    assert float(distance_KK.amin(dim=1).max()) < 0.4
    torch.testing.assert_close(quantizer.use_K().sum(), torch.ones(()))
    assert float(perplexity(quantizer(latent_ND).codes_N, 8)) > 3.5


def test_the_nearest_code_is_the_nearest_and_passes_the_gradient() -> None:
    quantizer = VectorQuantizer(50, 3)
    latent_ND = torch.randn(
        4, 20, 3, generator=torch.Generator().manual_seed(1), requires_grad=True
    )
    quantized = quantizer(latent_ND)
    expected = torch.cdist(latent_ND.detach(), quantizer.codebook_KD).argmin(dim=-1)
    assert torch.equal(quantized.codes_N, expected)
    torch.testing.assert_close(quantized.latent_ND, quantizer.decode(expected))
    quantized.latent_ND.sum().backward()
    assert latent_ND.grad is not None
    assert bool((latent_ND.grad == 1.0).all())


def test_codes_that_are_not_used_start_again() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        quantizer = VectorQuantizer(4, 2)
        quantizer.learn(*lost(quantizer))
        quantizer.codebook_KD[3] = 1000.0
        quantizer._sum_KD[3] = 0.0
        quantizer._count_K[3] = 0.0
        quantizer.learn(*lost(quantizer))
    assert float(quantizer.codebook_KD.abs().max()) < 10.0


def lost(quantizer: VectorQuantizer) -> tuple[torch.Tensor, torch.Tensor]:
    latent_ND, _ = blobs(100, 0)
    return latent_ND, quantizer(latent_ND).codes_N


def test_the_code_of_silence_stays_zero() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        quantizer = VectorQuantizer(6, 2, has_zero=True)
        for step in range(30):
            latent_ND, _ = blobs(60, step)
            latent_ND[:20] = 0.0
            codes_N = quantizer(latent_ND).codes_N
            quantizer.learn(latent_ND, codes_N)
    assert not quantizer.codebook_KD[0].any()
    assert int(quantizer.nearest_codes(torch.zeros(1, 2))) == 0


def test_ties_are_counted() -> None:
    codebook_KD = torch.tensor([[0.0], [2.0], [1.1], [10.0], [40.0]])
    far_M2 = torch.tensor([[3, 4]])
    near_M2 = torch.tensor([[0, 1]])
    assert float(tie_share(codebook_KD, far_M2)) == 1.0
    assert float(tie_share(codebook_KD, near_M2)) == 0.0
    assert float(tie_share(codebook_KD, torch.cat([far_M2, near_M2]))) == 0.5
