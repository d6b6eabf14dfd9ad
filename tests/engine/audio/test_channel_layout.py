import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.channel_layout import ChannelLayout


@given(mix_channels=st.integers(1, 9), model_channels=st.integers(1, 3))
def test_every_channel_comes_back_to_its_place(mix_channels: int, model_channels: int) -> None:
    layout = ChannelLayout(mix_channels=mix_channels, model_channels=model_channels)
    mix_CT = torch.randn(mix_channels, 5, generator=torch.Generator().manual_seed(0))
    groups = range(layout.num_groups)

    inputs = [layout.model_input(mix_CT, group) for group in groups]
    assert all(input_MT.shape == (model_channels, 5) for input_MT in inputs)

    back = [layout.from_model(inputs[group][None, ..., None], group) for group in groups]
    torch.testing.assert_close(torch.cat(back, dim=1)[0, ..., 0], mix_CT)
    assert [mix_CT[layout.channels_of(group)].shape[0] for group in groups] == [
        values.shape[1] for values in back
    ]


@pytest.mark.parametrize(
    ("mix_channels", "model_channels", "groups"), [(2, 2, 1), (1, 2, 1), (6, 2, 3), (5, 2, 3)]
)
def test_groups_are_as_few_as_possible(mix_channels: int, model_channels: int, groups: int) -> None:
    layout = ChannelLayout(mix_channels=mix_channels, model_channels=model_channels)
    assert layout.num_groups == groups


def test_estimates_of_a_mono_mix_are_averaged_over_both_copies() -> None:
    layout = ChannelLayout(mix_channels=1, model_channels=2)
    values_SMFN = torch.tensor([1.0, 3.0]).reshape(1, 2, 1, 1)
    assert layout.from_model(values_SMFN, 0).flatten().tolist() == [2.0]


def test_an_error_power_for_all_channels_stays_one() -> None:
    layout = ChannelLayout(mix_channels=2, model_channels=2)
    assert layout.from_model(torch.ones(3, 1, 4, 5), 0).shape == (3, 1, 4, 5)


def test_a_mix_without_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="channels"):
        ChannelLayout(mix_channels=0, model_channels=2)
