"""Running out of memory: telling it from a fault, and saying of which memory how much is free."""

from __future__ import annotations

import sys

from studio.sdk import OutOfMemory

_SAYINGS = (
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",
    "MPS backend out of memory",
    "CUDA error: out of memory",
    "HIP error: out of memory",
    "_STATUS_ALLOC_FAILED",
)
"""How torch says it where it has no class for it: in plain `RuntimeError`s."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this is a lack of memory, of the machine's or a device's, and no fault of the generator's."""
    if isinstance(error, (OutOfMemory, MemoryError)) or _has_torch_class(error):
        return True
    return isinstance(error, RuntimeError) and any(saying in str(error) for saying in _SAYINGS)


def ran_out_on(error: BaseException, device: str) -> str:
    """The device whose memory ran out, given the one the generator was to compute on."""
    of_main_memory = isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error)
    return "cpu" if of_main_memory else device


def free_bytes(device: str) -> int:
    """Free memory of a device: of the card for ``"cuda:1"``, what torch may still take for ``"mps"``, else of the
    machine.
    """
    torch = sys.modules.get("torch")
    if device.startswith("cuda") and torch is not None:
        return int(torch.cuda.mem_get_info(device)[0])
    if device == "mps" and torch is not None:
        return max(0, int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()))
    import psutil

    return int(psutil.virtual_memory().available)


def _has_torch_class(error: BaseException) -> bool:
    # torch's own class is recognised by name, so that torch is not imported for a generator that does without.
    return "OutOfMemoryError" in {base.__name__ for base in type(error).__mro__}
