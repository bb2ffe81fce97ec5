"""Training's bar: steps a second in the studio over those of the bare loop.

    python tests/benchmarks/teach_bars.py

Both take turns, step by step in one worker, so that other programs disturb both alike; a studio's step counts with all
that host and worker do before the next: progress, curves, cancel points, a checkpoint every 30 s.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT, ROOT / "tests"):
    sys.path.insert(0, str(folder))

from benchmarks.bars import Bar, median  # noqa: E402
from helpers.heavy_trainer import TrainHeavy  # noqa: E402
from helpers.studios import HELPERS, Heard, finish, home_in, registry_of  # noqa: E402
from helpers.tiny_trainer import dataset_in  # noqa: E402

from studio.engine.engine import Engine  # noqa: E402
from studio.engine.events import ModelTrained  # noqa: E402
from studio.engine.requests import GenerationRequest  # noqa: E402
from studio.engine.settings import Settings  # noqa: E402
from studio.engine.states import JobState  # noqa: E402
from studio.models.cards import read_card  # noqa: E402
from studio.sdk import GeneratorSpec  # noqa: E402

TARGET = 0.98


def step_times(folder: Path) -> list[tuple[float, float]]:
    """Seconds of each bare step and of the studio's step after it."""
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
    return [(float(bare), float(ours)) for bare, ours in read_card(Path(trained.path)).facts["seconds"]]


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="studio-bars-") as folder:
        times = step_times(Path(folder))
    bare, ours = median([pair[0] for pair in times]), median([pair[1] for pair in times])
    ratio = bare / ours
    name = f"training in the studio / bare loop, medians of {len(times)} steps ({1000 * bare:.1f} ms bare)"
    bar = Bar(name, f"{ratio:.3f}", f"≥ {TARGET}", ratio >= TARGET)
    print(bar.line())
    return 0 if bar.met else 1


if __name__ == "__main__":
    sys.exit(main())
