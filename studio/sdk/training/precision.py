"""Mixed precision on processors: matrix products in bfloat16 where the processor has instructions for them."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager, nullcontext
from types import MethodType
from typing import Any


def mixed_precision(module: Any, device: Any) -> Any:
    """Let calls of this network compute in bfloat16 where `device` is a CPU that has them built in; returns it.

    Those are Intel's AMX, and AVX-512 with bfloat16 on many newer CPUs; others emulate bfloat16, ten to forty times
    slower than float32, and are left alone, as are GPUs, which `accelerate` looks after. Weights, their gradients and
    what the network returns stay in float32, and only calling the network itself is changed, not other methods or parts
    of it (see `autocast`). Calling this twice does no harm.

    Args:
        module: a ``torch.nn.Module``.
        device: where it computes, a ``torch.device`` or the name of one.
    """
    if str(device).split(":")[0] == "cpu" and multiplies_bfloat16():
        module.forward = MethodType(_forward, module)
        # Norms keep their weights in float32 on purpose; torch would warn that they could be quicker.
        warnings.filterwarnings("ignore", "Mismatch dtype between input and weight", UserWarning)
    return module


def autocast(device: Any, dtype: str) -> AbstractContextManager[Any]:
    """Mixed precision for a block, as calls of networks in a `Loop` have it; for parts of one that are called alone.

    Args:
        device: where it computes, a ``torch.device`` or the name of one.
        dtype: ``ctx.dtype``, which says what a GPU is to compute in; a CPU uses bfloat16 where it is quick.
    """
    import torch

    kind = str(device).split(":")[0]
    quick = multiplies_bfloat16() if kind == "cpu" else dtype == "bfloat16"
    return torch.autocast(kind, torch.bfloat16) if quick else nullcontext()


def full_precision(module: Any) -> Any:
    """Undo `mixed_precision`, in a copy for instance; returns the network."""
    if getattr(module.__dict__.get("forward"), "__func__", None) is _forward:
        del module.forward
    return module


def multiplies_bfloat16() -> bool:
    """Whether this processor has instructions for products in bfloat16."""
    import torch

    known = torch.cpu.get_capabilities()
    return bool(known.get("amx_bf16") or known.get("avx512_bf16"))


def _forward(module: Any, *values: Any, **named: Any) -> Any:
    """The class's own ``forward`` under autocast; a method, so that a copy of the network calls itself."""
    import torch
    from accelerate.utils.operations import convert_to_fp32

    with torch.autocast("cpu", torch.bfloat16):
        return convert_to_fp32(type(module).forward(module, *values, **named))
