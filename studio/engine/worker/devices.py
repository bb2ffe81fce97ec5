"""Which devices this machine has, asked of torch only where a generator needs it anyway."""

from __future__ import annotations

from dataclasses import dataclass

from studio.sdk import UserError


@dataclass(frozen=True, slots=True)
class Device:
    """A device to compute on.

    Attributes:
        name: torch's name: ``"cpu"``, ``"cuda:0"``, ``"mps"``.
        dtype: the floating-point type to compute in there.
    """

    name: str
    dtype: str


CPU = Device("cpu", "float32")
"""Always there. bfloat16 is ten to forty times slower than float32 on most CPUs."""


def choose(wanted: str, *, torch_needed: bool) -> Device:
    """The device to use for a generator.

    Args:
        wanted: ``"auto"`` or a device name the artist chose.
        torch_needed: whether the generator computes with torch; others stay on the CPU and torch is not imported.

    Raises:
        UserError: the artist chose a device this machine does not have.
    """
    if not torch_needed or wanted.split(":")[0] == "cpu":
        return CPU
    found = accelerators()
    if wanted == "auto":
        return found[0] if found else CPU
    for device in found:
        if wanted in (device.name, device.name.split(":")[0]):
            return device
    names = ", ".join(device.name for device in (*found, CPU))
    raise UserError(f"The device “{wanted}” is not there.", hint=f"This computer has: {names}. Choose one in Settings.")


def accelerators() -> list[Device]:
    """The accelerators torch can use, imported here and now."""
    import torch

    if torch.cuda.is_available():
        dtype = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        return [Device(f"cuda:{index}", dtype) for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        return [Device("mps", "float16")]
    return []
