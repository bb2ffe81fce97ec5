"""One line per bar: what was measured, the target, and whether it was met. Shared by all benchmarks."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One measured figure beside its target."""

    name: str
    figure: str
    target: str
    met: bool

    def line(self) -> str:
        """As printed."""
        return f"{'ok  ' if self.met else 'MISS'} {self.name}: {self.figure} (target {self.target})"


def printed(bars: Iterable[Bar]) -> int:
    """Print each bar as soon as it is measured; the exit code: 1 when one was missed."""
    missed = False
    for bar in bars:
        print(bar.line(), flush=True)
        missed |= not bar.met
    return int(missed)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def paired(a: Callable[[], object], b: Callable[[], object], rounds: int) -> tuple[list[float], list[float]]:
    """Wall times of `a` and `b` in the order A B B A, `rounds` times, so that drift of the machine cancels out."""
    times_a: list[float] = []
    times_b: list[float] = []
    for _ in range(rounds):
        times_a.append(seconds(a))
        times_b.append(seconds(b))
        times_b.append(seconds(b))
        times_a.append(seconds(a))
    return times_a, times_b


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)
