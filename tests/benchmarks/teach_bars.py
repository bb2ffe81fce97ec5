"""Training's bar: steps a second in the studio over those of the bare loop, measured in pairs of processes.

python tests/benchmarks/teach_bars.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT, ROOT / "tests"):
    sys.path.insert(0, str(folder))

from benchmarks.bars import Bar, median  # noqa: E402
from helpers.studios import HELPERS, Heard, finish, home_in, registry_of  # noqa: E402

from studio.engine.engine import Engine  # noqa: E402
from studio.engine.events import ModelTrained  # noqa: E402
from studio.engine.jobs import JobState  # noqa: E402
from studio.engine.requests import GenerationRequest  # noqa: E402
from studio.engine.settings import Settings  # noqa: E402
from studio.models.cards import read_card  # noqa: E402
from studio.sdk import GeneratorSpec  # noqa: E402

PAIRS = 5
TARGET = 0.98

BARE = """
import json
from helpers.heavy_trainer import bare_steps
print(json.dumps(bare_steps()))
"""


def bare_seconds() -> tuple[float, float]:
    """Seconds a step, by the clock and of processor time, of the bare loop: the same model, data and optimizer, written as in a tutorial."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, "-c", BARE], env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=True
    )
    wall, worked = json.loads(done.stdout)
    return float(wall), float(worked)


def app_seconds(folder: Path) -> tuple[float, float]:
    """The same in the studio: engine, worker, progress, curves, checkpoints as usual (every 30 s)."""
    from helpers.heavy_trainer import TrainHeavy
    from helpers.tiny_trainer import dataset_in

    if HELPERS not in sys.path:
        sys.path.append(HELPERS)
    home = home_in(folder)
    dataset_in(home.datasets / "greys")
    engine = Engine(home, registry_of(home, TrainHeavy), None, Settings.load(home.settings_file))
    heard = Heard(engine)
    try:
        request = GenerationRequest.of(GeneratorSpec.of(TrainHeavy), {"data": "greys"}, 1)
        (job,) = finish(engine, engine.submit(request), timeout=600)
        assert job.state is JobState.SUCCEEDED, job.failure
        engine.flush_events()
    finally:
        engine.close()
    (trained,) = heard.of(ModelTrained)
    wall, worked = read_card(Path(trained.path)).facts["seconds_per_step"]
    return float(wall), float(worked)


def main() -> int:
    """Measure in pairs, the order changing, and print the ratio."""
    ratios: list[float] = []
    processor: list[float] = []
    for number in range(PAIRS):
        with tempfile.TemporaryDirectory(prefix="studio-bars-") as folder:
            first = bare_seconds() if number % 2 else None
            app = app_seconds(Path(folder))
            bare = first or bare_seconds()
        ratios.append(bare[0] / app[0])
        processor.append(bare[1] / app[1])
        print(
            f"bare {1000 * bare[0]:.2f} ms a step, in the studio {1000 * app[0]:.2f} ms: {ratios[-1]:.3f};"
            f" of processor time {processor[-1]:.3f}",
            flush=True,
        )
    ratio = median(ratios)
    bar = Bar("steps a second in the studio / bare loop", f"{ratio:.3f}", f"≥ {TARGET}", ratio >= TARGET)
    print(bar.line())
    print(f"     the same of processor time, which other programs do not disturb: {median(processor):.3f}")
    return 0 if bar.met else 1


if __name__ == "__main__":
    sys.exit(main())
