"""Mixed precision on processors: matrix products in bfloat16 where the processor has units for them."""

from __future__ import annotations

import warnings
from functools import cache
from types import MethodType
from typing import Any


def mixed_precision(module: Any, device: Any) -> Any:
    """Let calls of this network compute in bfloat16 where `device` is a CPU with matrix units for it; returns it.

    Those are Intel's AMX; other CPUs emulate bfloat16, ten to forty times slower than float32, and are left alone, as
    are GPUs, which `accelerate` looks after. Weights, their gradients and what the network returns stay in float32, and
    only calling the network itself is changed, not other methods of it. Calling this twice does no harm.

    Args:
        module: a ``torch.nn.Module``.
        device: where it computes, a ``torch.device`` or the name of one.
    """
    if str(device).split(":")[0] == "cpu" and multiplies_bfloat16():
        module.forward = MethodType(_forward, module)
        # Norms keep their weights in float32 on purpose; torch would warn that they could be quicker.
        warnings.filterwarnings("ignore", "Mismatch dtype between input and weight", UserWarning)
    return module


def full_precision(module: Any) -> Any:
    """Undo `mixed_precision`, in a copy for instance; returns the network."""
    if getattr(module.__dict__.get("forward"), "__func__", None) is _forward:
        del module.forward
    return module


@cache
def multiplies_bfloat16() -> bool:
    """Whether this processor has matrix units for bfloat16."""
    import torch

    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def _forward(module: Any, *values: Any, **named: Any) -> Any:
    """The class's own ``forward`` under autocast; a method, so that a copy of the network calls itself."""
    import torch
    from accelerate.utils.operations import convert_to_fp32

    with torch.autocast("cpu", torch.bfloat16):
        return convert_to_fp32(type(module).forward(module, *values, **named))
