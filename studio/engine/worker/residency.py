"""Which models stay loaded: the least recently used go first when memory is needed for others."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Loaded = TypeVar("Loaded")


@dataclass(slots=True)
class _Resident:
    value: Any
    bytes: int


class Residency:
    """Loaded objects by key, within a budget of measured bytes.

    What the running job has loaded is pinned: it counts, but only others are evicted for it.

    Attributes:
        budget: most bytes of loaded objects together; a single larger one is still allowed.
    """

    def __init__(self, budget: int, measure: Callable[[], int] | None = None) -> None:
        self.budget = budget
        self._measure = measure or memory_in_use
        self._residents: OrderedDict[str, _Resident] = OrderedDict()
        self._pinned: set[str] = set()

    @property
    def bytes(self) -> int:
        """Measured bytes of all loaded objects."""
        return sum(resident.bytes for resident in self._residents.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """What is loaded, least recently used first."""
        return tuple(self._residents)

    def load(self, key: str, factory: Callable[[], Loaded]) -> Loaded:
        """The object called `key`, made now if it is not loaded; pinned until `unpin`."""
        if key in self._residents:
            self._residents.move_to_end(key)
        else:
            before = self._measure()
            value = factory()
            size = max(self._measure() - before, parameter_bytes(value))
            self._residents[key] = _Resident(value, size)
        self._pinned.add(key)
        self._shrink()
        loaded: Loaded = self._residents[key].value
        return loaded

    def unpin(self) -> None:
        """The job ended: all it loaded may go when memory is needed."""
        self._pinned.clear()
        self._shrink()

    def evict(self) -> int:
        """Give everything back; returns the measured bytes."""
        freed = self.bytes
        self._residents.clear()
        self._pinned.clear()
        give_back()
        return freed

    def _shrink(self) -> None:
        idle = [key for key in self._residents if key not in self._pinned]
        gone = False
        while idle and self.bytes > self.budget:
            del self._residents[idle.pop(0)]
            gone = True
        if gone:
            give_back()


def memory_in_use() -> int:
    """Bytes this process holds: main memory, and what torch has allocated on a GPU."""
    import psutil

    held: int = psutil.Process().memory_info().rss
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        held += sum(torch.cuda.memory_allocated(index) for index in range(torch.cuda.device_count()))
    elif torch is not None and torch.backends.mps.is_available():
        held += torch.mps.current_allocated_memory()
    return held


def peak_memory() -> int:
    """Most bytes of main memory this process has held so far."""
    status_file = Path("/proc/self/status")
    if status_file.exists():
        # Not `ru_maxrss`: right after the start it still tells of the process that started this one.
        status = status_file.read_text("ascii", "replace")
        return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) * 1024
    import psutil

    memory = psutil.Process().memory_info()
    return int(getattr(memory, "peak_wset", memory.rss))


def parameter_bytes(value: Any) -> int:
    """Bytes of a module's parameters and buffers (or of a pipeline's components); 0 for anything else.

    Memory-mapped weights do not show in the process's memory until they are touched; this counts them at once.
    """
    parts = value if isinstance(value, (tuple, list)) else [value]
    components = getattr(value, "components", None)
    if isinstance(components, dict):
        parts = list(components.values())
    total = 0
    for part in parts:
        for name in ("parameters", "buffers"):
            tensors = getattr(part, name, None)
            if callable(tensors) and "torch" in sys.modules:
                total += sum(tensor.nbytes for tensor in tensors())
    return total


def give_back() -> None:
    """Return freed memory to the GPU and to the system, where each knows a way."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch is not None and torch.backends.mps.is_available():
        torch.mps.empty_cache()
    if sys.platform == "linux":
        # glibc keeps freed blocks for later; without this an evicted model still counts against the machine.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
