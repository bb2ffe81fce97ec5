"""Mixed precision on processors: what changes, what stays, and what a copy of a network does."""

from __future__ import annotations

import copy
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch

from studio.sdk.training import autocast, mixed_precision
from studio.sdk.training.precision import full_precision, multiplies_bfloat16


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(8, 4)

    def forward(self, values: torch.Tensor) -> dict[str, torch.Tensor]:
        self.computed = self.layer(values)
        return {"values": self.computed}


@pytest.fixture(params=["amx_bf16", "avx512_bf16"])
def with_units(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {request.param: True})


@pytest.mark.usefixtures("with_units")
def test_calls_compute_in_bfloat16_and_all_that_is_kept_stays_in_float32() -> None:
    net = mixed_precision(mixed_precision(Net(), "cpu"), torch.device("cpu"))
    out = net(torch.ones(2, 8))["values"]
    assert net.computed.dtype == torch.bfloat16
    assert out.dtype == torch.float32
    out.sum().backward()
    assert {(w.dtype, w.grad.dtype) for w in net.parameters() if w.grad is not None} == {(torch.float32, torch.float32)}
    assert set(net.state_dict()) == set(Net().state_dict())


@pytest.mark.usefixtures("with_units")
def test_a_copy_computes_with_its_own_weights_and_can_be_made_exact_again() -> None:
    net = mixed_precision(Net(), "cpu")
    copied = copy.deepcopy(net)
    with torch.no_grad():
        copied.layer.weight.zero_()
        copied.layer.bias.fill_(3.0)
    assert copied(torch.ones(1, 8))["values"].tolist() == [[3.0] * 4]
    assert full_precision(copied)(torch.ones(1, 8))["values"].tolist() == [[3.0] * 4]
    assert copied.computed.dtype == torch.float32
    net(torch.ones(1, 8))
    assert net.computed.dtype == torch.bfloat16
    assert full_precision(Net()).forward is not None


@pytest.mark.usefixtures("with_units")
def test_a_block_computes_parts_of_a_network_in_bfloat16() -> None:
    net = Net()
    with autocast(torch.device("cpu"), "float32"):
        assert net.layer(torch.ones(1, 8)).dtype == torch.bfloat16
    assert net.layer(torch.ones(1, 8)).dtype == torch.float32


def test_a_block_on_a_gpu_computes_in_what_the_context_says(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[object] = []

    def entering(*how: object) -> AbstractContextManager[None]:
        entered.append(how)
        return nullcontext()

    monkeypatch.setattr(torch, "autocast", entering)
    for dtype in ("bfloat16", "float32"):
        with autocast("cuda:1", dtype):
            pass
    assert entered == [("cuda", torch.bfloat16)]


@pytest.mark.parametrize("device", ["cuda:0", "mps", "cpu"])
def test_nothing_changes_where_bfloat16_is_no_faster(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": device != "cpu"})
    assert multiplies_bfloat16() == (device != "cpu")
    net = mixed_precision(Net(), device)
    with autocast(device, "float32"):
        net(torch.ones(1, 8))
    assert net.computed.dtype == torch.float32
