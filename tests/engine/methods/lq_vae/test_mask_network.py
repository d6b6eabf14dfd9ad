"""What holds for the last masks, whatever the network has learned.

Axes: B window, P particle, S stem, C channel, K band, N spectrogram frame.
"""

import pytest
import torch
from torch import Tensor

from engine.methods.lq_vae.mask_network import (
    UNKNOWN,
    MaskNetwork,
    MaskNetworkConfig,
    Opinion,
    StemMasks,
)

CONFIG = MaskNetworkConfig(
    front_channels=2, hidden=8, dilations=(1, 2, 1), known_stems=("drums", "bass", "vocals")
)
NUM_BANDS = 16


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def network(*, trained: bool = True) -> MaskNetwork:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = MaskNetwork(CONFIG, channels=2, num_bands=NUM_BANDS)
        if trained:
            torch.nn.init.normal_(net.correction.weight)
            torch.nn.init.normal_(net.presence.weight)
            torch.nn.init.normal_(net.exchanges.get_parameter("0.weight"))
            for table in (net.own.style, net.own.correction, net.own.presence):
                torch.nn.init.normal_(table.weight[UNKNOWN + 1 :])
    return net.eval()


def strangers(num_stems: int = 3) -> Tensor:
    return torch.full((num_stems,), UNKNOWN)


def decoded(num_particles: int = 5, num_stems: int = 3) -> tuple[Tensor, Tensor, Tensor]:
    shape = (2, num_particles, num_stems, NUM_BANDS, 9)
    weight_BPN = noise(2, num_particles, 9, seed=2).softmax(dim=1)
    return noise(*shape), noise(*shape, seed=1).log_softmax(dim=2), weight_BPN


def mix(seed: int = 3) -> Tensor:
    return noise(2, 2, NUM_BANDS, 9, seed=seed).square()


def test_parts_of_the_particles_add_up_to_the_opinion_of_all() -> None:
    log_power, log_mask, weight = decoded()
    whole = Opinion.of(log_power, log_mask, weight)
    parts = [
        Opinion.of(log_power[:, part], log_mask[:, part], weight[:, part])
        for part in (slice(0, 2), slice(2, 5))
    ]
    added = parts[0] + parts[1]
    torch.testing.assert_close(added.mask_BSKN, whole.mask_BSKN)
    torch.testing.assert_close(added.log_power_BSKN, whole.log_power_BSKN)
    torch.testing.assert_close(added.spread_BSKN, whole.spread_BSKN)


def test_the_spread_is_the_standard_deviation_of_equal_particles() -> None:
    log_power, log_mask, weight = decoded()
    opinion = Opinion.of(log_power, log_mask, torch.full_like(weight, 0.2))
    expected = log_power.double().std(dim=1, correction=0).float()
    torch.testing.assert_close(opinion.spread_BSKN, expected)


@torch.no_grad()
def test_an_untrained_network_corrects_nothing() -> None:
    opinion = Opinion.of(*decoded())
    net = network(trained=False)
    masks = net(opinion, mix(), net.places(("bass", "flute", "drums"))).gated()
    expected = opinion.mask_BSKN[:, :, None].expand_as(masks)
    torch.testing.assert_close(masks, expected, rtol=1e-4, atol=1e-3)


@torch.no_grad()
def test_masks_that_are_not_trusted_say_nothing() -> None:
    net = network(trained=False)
    assert net.correction.bias is not None
    net.correction.bias.unflatten(0, (2, -1))[1] = -100.0
    masks: StemMasks = net(Opinion.of(*decoded()), mix(), strangers())
    torch.testing.assert_close(masks.gated(), torch.full_like(masks.gated(), 1.0 / 3.0))


@pytest.mark.parametrize("num_stems", [2, 3, 5])
@torch.no_grad()
def test_masks_add_up_to_one_and_follow_their_stems(num_stems: int) -> None:
    net = network()
    log_power, log_mask, weight = decoded(num_stems=num_stems)
    known_S = net.places(("bass", "flute", "drums", "harp", "vocals")[:num_stems])
    masks: StemMasks = net(Opinion.of(log_power, log_mask, weight), mix(), known_S)
    order = torch.randperm(num_stems, generator=torch.Generator().manual_seed(1))
    turned: StemMasks = net(
        Opinion.of(log_power[:, :, order], log_mask[:, :, order], weight), mix(), known_S[order]
    )
    for values, of_turned in (
        (masks.log_mask_BSCKN.exp(), turned.log_mask_BSCKN.exp()),
        (masks.gated(), turned.gated()),
    ):
        assert values.shape == (2, num_stems, 2, NUM_BANDS, 9)
        torch.testing.assert_close(values.sum(dim=1), torch.ones(2, 2, NUM_BANDS, 9))
        torch.testing.assert_close(of_turned, values[:, order], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(turned.presence_BS, masks.presence_BS[:, order])


@torch.no_grad()
def test_an_absent_stem_gets_nothing_and_the_others_its_share_in_proportion() -> None:
    masks: StemMasks = network()(Opinion.of(*decoded()), mix(), strangers())
    present_BS = torch.tensor([[20.0, -20.0, 20.0], [20.0, 20.0, 20.0]])
    gated = StemMasks(log_mask_BSCKN=masks.log_mask_BSCKN, presence_BS=present_BS).gated()
    before = masks.log_mask_BSCKN.exp()
    assert float(gated[0, 1].max()) < 1e-6
    kept = before[0, [0, 2]]
    torch.testing.assert_close(gated[0, [0, 2]], kept / kept.sum(dim=0), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(gated[1], before[1])


@pytest.mark.parametrize("share", [0.01, 0.4])
def test_a_stem_below_even_odds_gets_nothing(share: float) -> None:
    log_mask_BSCKN = torch.randn(2, 3, 2, 4, 5).log_softmax(dim=1)
    odds = torch.tensor(share).logit()
    presence_BS = torch.stack([torch.tensor([3.0, float(odds), 0.0]), odds.expand(3)])
    masks = StemMasks(log_mask_BSCKN=log_mask_BSCKN, presence_BS=presence_BS)
    gated = masks.gated()
    assert not gated[0, 1].any()
    # The others share everything, each by its own odds.
    weight = log_mask_BSCKN[0].exp() * torch.tensor([3.0, 0.0, 0.0]).sigmoid()[:, None, None, None]
    expected = weight[[0, 2]] / weight[[0, 2]].sum(dim=0)
    torch.testing.assert_close(gated[0, [0, 2]], expected)
    # Something sounds, though nothing is heard well.
    torch.testing.assert_close(gated[1], log_mask_BSCKN[1].exp())


def test_the_answer_whether_a_stem_sounds_teaches_no_masks_but_what_they_are_drawn_from() -> None:
    net = network()
    for parameter in net.presence.parameters():
        torch.nn.init.normal_(parameter)
    masks: StemMasks = net(Opinion.of(*decoded()), mix(), net.places(("bass", "flute", "drums")))
    masks.presence_BS.sum().backward()
    taught = {name for name, parameter in net.named_parameters() if parameter.grad is not None}
    assert not any("correction" in name for name in taught)
    assert {"presence.weight", "own.presence.weight", "front.project.weight"} <= taught


@torch.no_grad()
def test_known_stems_are_heard_in_their_own_way_and_all_others_alike() -> None:
    net = network()
    log_power, log_mask, weight = decoded(num_stems=1)
    twice = (-1, -1, 2, -1, -1)
    alike = Opinion.of(log_power.expand(twice), log_mask.expand(twice), weight)

    def masks_of(names: tuple[str, str]) -> StemMasks:
        heard: StemMasks = net(alike, mix(), net.places(names))
        return heard

    strange, own = masks_of(("flute", "harp")), masks_of(("drums", "bass"))
    for of_strange_BS, of_own_BS in (
        (strange.log_mask_BSCKN, own.log_mask_BSCKN),
        (strange.presence_BS, own.presence_BS),
    ):
        torch.testing.assert_close(of_strange_BS[:, 0], of_strange_BS[:, 1])
        assert not torch.allclose(of_own_BS[:, 0], of_own_BS[:, 1], atol=0.1)


@torch.no_grad()
def test_windows_can_know_different_stems() -> None:
    net = network()
    opinion = Opinion.of(*decoded())
    known_BS = torch.tensor([[1, 2, UNKNOWN], [UNKNOWN, 3, 1]])
    together: StemMasks = net(opinion, mix(), known_BS)
    for window, known_S in enumerate(known_BS):
        alone: StemMasks = net(opinion, mix(), known_S)
        torch.testing.assert_close(
            together.log_mask_BSCKN[window], alone.log_mask_BSCKN[window], rtol=1e-4, atol=1e-4
        )


def test_training_leaves_the_weights_of_strangers_at_nothing() -> None:
    net = network().train()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    masks: StemMasks = net(Opinion.of(*decoded()), mix(), net.places(("bass", "flute", "drums")))
    (masks.log_mask_BSCKN[:, 1].sum() + masks.presence_BS.sum()).backward()
    optimizer.step()
    for table in (net.own.style, net.own.correction, net.own.presence):
        assert not table.weight[UNKNOWN].any()
        assert table.weight.grad is not None
        assert table.weight.grad.any()


@torch.no_grad()
def test_the_level_of_the_mix_does_not_matter() -> None:
    net, opinion = network(), Opinion.of(*decoded())
    quiet: StemMasks = net(opinion, 1e-6 * mix(), strangers())
    loud: StemMasks = net(opinion, mix(), strangers())
    torch.testing.assert_close(quiet.gated(), loud.gated(), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_a_silent_mix_gives_finite_masks() -> None:
    masks: StemMasks = network()(Opinion.of(*decoded()), torch.zeros_like(mix()), strangers())
    assert masks.gated().isfinite().all()
