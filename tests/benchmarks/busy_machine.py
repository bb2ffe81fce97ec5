"""How computing on all cores suffers from a busy neighbour: threads that wait asleep beside threads that spin.

Prints the time of the same convolutions with `studio.engine.environment.WAITING` over that with OpenMP's usual
spinning, on a quiet machine and beside a program that keeps one core busy, A/B/B/A.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from studio.engine.environment import WAITING  # noqa: E402

WORK = """
import time, torch
net = torch.nn.Sequential(*[torch.nn.Conv2d(64, 64, 3, padding=1) for _ in range(8)])
picture = torch.randn(1, 64, 32, 32)
with torch.inference_mode():
    net(picture)
    begun = time.perf_counter()
    for _ in range(60):
        net(picture)
print(time.perf_counter() - begun)
"""
BUSY = "while True: pass"


def seconds(*, asleep: bool) -> float:
    """How long the convolutions take when threads wait asleep, or spin for a while as is usual."""
    usual = {name: value for name, value in os.environ.items() if name not in WAITING}
    env = {**usual, **WAITING} if asleep else usual
    return float(subprocess.run([sys.executable, "-c", WORK], env=env, capture_output=True, check=True).stdout)


def ratio() -> float:
    """Asleep over spinning."""
    taken = [(asleep, seconds(asleep=asleep)) for asleep in (True, False, False, True) * 2]
    return median(spent for asleep, spent in taken if asleep) / median(spent for asleep, spent in taken if not asleep)


def main() -> None:
    """Print both ratios."""
    print(f"quiet: asleep / spinning {ratio():.2f}")
    with subprocess.Popen([sys.executable, "-c", BUSY]) as neighbour:
        try:
            print(f"beside a busy program: asleep / spinning {ratio():.2f}")
        finally:
            neighbour.kill()


if __name__ == "__main__":
    main()
