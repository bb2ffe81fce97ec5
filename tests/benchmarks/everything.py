"""Every bar of the studio in one run: ``python tests/benchmarks/everything.py [PART …] [--short]``.

Needs a machine with nothing else to do, strace, and for the window's parts a display (under Linux without one:
``xvfb-run -a``). A whole run takes hours on two cores; ``--short`` takes fewer rounds of what is only repeated. The
exit code is 1 when a bar was missed or a part failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = "tests/benchmarks"
HOSTILE = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/faults/test_library_hostile_files.py"]

PARTS: dict[str, tuple[list[str], list[str], dict[str, str]]] = {
    "engine": ([f"{HERE}/engine_bars.py"], [], {"BENCH_JOBS": "100"}),
    "index": ([f"{HERE}/library_index.py"], ["--items", "100000"], {}),
    "save": ([f"{HERE}/library_save.py"], [], {}),
    "killing": (["tests/faults/killing.py"], ["--times", "50"], {}),
    "hostile": (HOSTILE, [], {"STUDIO_HOSTILE_FILES": "60"}),
    "window": ([f"{HERE}/window_bars.py"], [], {}),
    "grid": ([f"{HERE}/library_grid.py"], ["--items", "100000"], {}),
    "teach": ([f"{HERE}/teach_bars.py"], [], {}),
    "pictures": ([f"{HERE}/teach_window.py"], ["--steps", "200"], {}),
}
"""By name: the script, and the arguments and environment variables of a short run."""

LONG = {"BENCH_JOBS": "1000", "STUDIO_HOSTILE_FILES": "500"}
"""Environment variables of a full run; the scripts' own defaults are its arguments."""


def main() -> int:
    """Run the parts one after the other, and tell at the end which were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    if unknown := [name for name in options.parts if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}")
    missed = [name for name in options.parts or PARTS if not _holds(name, short=options.short)]
    print(f"\nMissed: {', '.join(missed)}" if missed else "\nEvery bar was met.")
    return int(bool(missed))


def _holds(name: str, *, short: bool) -> bool:
    script, few, environment = PARTS[name]
    print(f"\n── {name}", flush=True)
    begun = time.monotonic()
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, *script, *(few if short else [])], cwd=ROOT, check=False,
        env={**os.environ, "PYTHONPATH": paths, **(environment if short else LONG)},
    )  # fmt: skip
    print(f"   {time.monotonic() - begun:.0f} s", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
