import pytest
import torch

from engine import device as device_module
from engine.device import choose_device, is_out_of_memory, items_per_batch, list_devices
from engine.errors import EngineError


def test_the_cpu_is_always_there() -> None:
    assert choose_device("cpu") == torch.device("cpu")


def test_auto_takes_the_cpu_where_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "_why_no_cuda", lambda: "none")
    monkeypatch.setattr(device_module, "_why_no_mps", lambda: "none")
    assert choose_device("auto") == torch.device("cpu")


def test_auto_prefers_cuda_to_metal_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "_why_no_mps", lambda: None)
    monkeypatch.setattr(device_module, "_why_no_cuda", lambda: "none")
    assert choose_device("auto").type == "mps"
    monkeypatch.setattr(device_module, "_why_no_cuda", lambda: None)
    assert choose_device("auto").type == "cuda"


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused_with_the_reason(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, f"_why_no_{name}", lambda: "the reason")
    with pytest.raises(EngineError, match="the reason") as caught:
        choose_device(name)
    assert "cpu" in caught.value.remedy


@pytest.mark.parametrize(
    ("system", "names"), [("linux", ["cpu", "cuda"]), ("win32", ["cpu", "cuda"]),
                          ("darwin", ["cpu", "mps"])],
)  # fmt: skip
def test_only_devices_that_the_system_may_have_are_listed(
    system: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cuda", "mps"):
        monkeypatch.setattr(device_module, f"_why_no_{name}", lambda: "the reason")
    monkeypatch.setattr("engine.device.sys.platform", system)

    devices = list_devices()

    assert [device.name for device in devices] == names
    assert [device.reason for device in devices] == ["", "the reason"]


def test_a_name_that_is_no_device_is_refused_with_the_choices() -> None:
    with pytest.raises(EngineError, match="tpu") as caught:
        choose_device("tpu")
    assert "cuda" in caught.value.remedy


@pytest.mark.parametrize(
    ("capability", "arch_list", "runs"),
    [
        ((9, 0), ["sm_80", "sm_90"], True),
        ((8, 6), ["sm_80"], True),  # same major version, newer minor
        ((8, 0), ["sm_86"], False),
        ((7, 5), ["sm_80", "sm_90"], False),
        ((12, 0), ["sm_90", "compute_90"], True),  # compiled from PTX when it is loaded
        ((6, 1), ["compute_70"], False),
        ((9, 0), ["sm_90a", "gfx90a"], True),
        ((9, 0), [], False),
    ],
)
def test_a_card_needs_code_for_its_compute_capability(
    capability: tuple[int, int], arch_list: list[str], runs: bool
) -> None:
    assert device_module._runs_on(*capability, arch_list) is runs


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("can't allocate memory"), False),
    ],
)
def test_running_out_of_memory_is_told_from_other_errors(
    error: BaseException, expected: bool
) -> None:
    assert is_out_of_memory(error) is expected


def test_torch_words_a_failed_allocation_as_expected() -> None:
    with pytest.raises((RuntimeError, MemoryError)) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize(
    ("bytes_per_item", "items"),
    [(10 << 30, 1), (device_module.CPU_BATCH_BYTES // 3, 2), (1, device_module.CPU_MAX_ITEMS)],
)
def test_a_cpu_batch_depends_on_nothing_but_the_size_of_a_window(
    bytes_per_item: int, items: int
) -> None:
    assert items_per_batch(torch.device("cpu"), bytes_per_item=bytes_per_item) == items


def test_a_cuda_batch_is_a_power_of_two_within_the_free_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (14 << 30, 16 << 30))
    assert items_per_batch(torch.device("cuda"), bytes_per_item=1 << 30) == 4
    assert items_per_batch(torch.device("cuda"), bytes_per_item=100 << 30) == 1
    assert items_per_batch(torch.device("cuda"), bytes_per_item=1) == 16
