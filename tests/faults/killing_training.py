"""Kill −9 at random moments of training; the next start goes on, and the weights come out the same.

    python tests/faults/killing_training.py --times 100

Each round starts a studio that trains, or goes on, and kills it (the studio, its worker, or both) at a random moment:
while the worker starts, between steps, while a checkpoint or the finished model is written. When a training gets
through, its weights and its curve must be those of an unbroken run, bit for bit; then it begins anew.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
for entry in (ROOT, ROOT / "tests"):
    if str(entry) not in sys.path:
        sys.path.insert(0, str(entry))

STEPS, PAUSE, CHECKPOINT_SECONDS = 150, 0.01, 0.1
"""Of the training that is killed: two seconds and more, with a checkpoint every tenth of a second."""

MOST_CHECKPOINTS = 8
"""Most checkpoints that a start may save before it is killed; waiting for them makes the moment depend on progress, not
on how busy the machine is."""

START_SECONDS = 4.0
"""Within which the other kills fall: into the start of studio and worker."""

START_LIMIT = 300.0

STUDIO = """
import sys
from pathlib import Path
from helpers.studios import home_in
from helpers.teaching import teaching, training
from studio.engine.events import CheckpointSaved, ModelTrained, TrainingBegan

def say(event):
    if isinstance(event, TrainingBegan):
        print("began", event.step, flush=True)
    elif isinstance(event, CheckpointSaved):
        print("checkpoint", event.step, flush=True)

with teaching(home_in(Path(sys.argv[1])), checkpoint_seconds=float(sys.argv[4])) as engine:
    engine.subscribe(say)
    job = engine.submit(training(steps=int(sys.argv[2]), pause=float(sys.argv[3])))
    (ended,) = engine.wait([job.id])
    engine.flush_events()
    print("ended", ended.state.value, flush=True)
"""


@dataclass
class Tally:
    """What the rounds found.

    Attributes:
        kills: rounds in which the training was still going on.
        finished: trainings that got through, the last one after no kill.
        resumed: starts that went on from a checkpoint.
        failed: what a studio said that could not go on.
        differing: trainings whose weights or curve were not those of the unbroken run.
        back: starts that went on before the checkpoint that was announced last.
        lost_seconds: longest time from the newest checkpoint, or the start, to a kill.
    """

    kills: int = 0
    finished: int = 0
    resumed: int = 0
    failed: list[str] = field(default_factory=list)
    differing: int = 0
    back: int = 0
    lost_seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing bad was found."""
        return not (self.failed or self.differing or self.back)

    def line(self) -> str:
        """As printed."""
        return (
            f"{self.kills} kills, {self.resumed} starts from a checkpoint, {self.finished} trainings finished: "
            f"{self.differing} differ, {self.back} went back too far, {len(self.failed)} could not go on; "
            f"at most {self.lost_seconds:.2f} s of work lost (checkpoints every {CHECKPOINT_SECONDS} s)"
        )


class Studio:
    """One studio process that trains, and what it said, with times."""

    def __init__(self, folder: Path) -> None:
        words = [str(folder), str(STEPS), str(PAUSE), str(CHECKPOINT_SECONDS)]
        path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        self.process = subprocess.Popen(
            [sys.executable, "-c", STUDIO, *words],
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.said: list[tuple[float, list[str]]] = []
        self._heard = threading.Condition()
        self._over = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                if line.endswith("\n"):
                    with self._heard:
                        self.said.append((time.monotonic(), line.split()))
                        self._heard.notify_all()
        with self._heard:
            self._over = True
            self._heard.notify_all()

    def wait_for_checkpoints(self, count: int) -> None:
        """Wait until it began and saved `count` checkpoints, or ended."""
        with self._heard:
            self._heard.wait_for(
                lambda: self._over or (self.steps("began") and len(self.steps("checkpoint")) >= count), START_LIMIT
            )

    def kill(self, victims: str) -> float:
        """Kill the studio, its worker first or alone; returns when."""
        import psutil

        workers: list[Any] = []
        try:
            workers = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            victims = "studio"
        at = time.monotonic()
        if victims != "studio":
            for worker in workers:
                _kill(worker.pid)
        if victims != "worker":
            self.process.kill()
        self.process.wait(60)
        self._reader.join(10)
        psutil.wait_procs(workers, timeout=30)
        return at

    def steps(self, what: str) -> list[int]:
        """Steps of the lines of one kind."""
        return [int(words[1]) for _, words in self.said if words[0] == what]

    @property
    def outcome(self) -> str:
        """How the job ended; empty when the studio was killed before."""
        return next((words[1] for _, words in self.said if words[0] == "ended"), "")


def run(folder: Path, times: int, seed: int) -> Tally:
    """Kill `times` trainings; the last one is let through and compared too."""
    tally, chance = Tally(), random.Random(seed)
    weights, curve = unbroken(folder / "unbroken")
    place, announced = folder / "broken", 0
    while tally.clean:
        studio = Studio(place)
        if tally.kills < times:
            ended_by_us = _kill_somewhen(studio, chance, tally)
        else:
            ended_by_us = False
            studio.process.wait(600)
            studio._reader.join(10)
        began = studio.steps("began")
        if began:
            tally.resumed += began[0] > 0
            tally.back += began[0] < announced
        announced = max([announced, *studio.steps("checkpoint")])
        if studio.outcome == "succeeded":
            tally.finished += 1
            tally.differing += (weights, curve) != _result(place)
            announced = 0
        elif studio.outcome == "failed" or not (ended_by_us or studio.outcome):
            tally.failed.append(studio.outcome or "it ended by itself")
        if tally.kills and tally.kills % 10 == 0:
            print(tally.line(), flush=True)
        if tally.kills >= times and studio.outcome == "succeeded":
            return tally
    return tally


def unbroken(place: Path) -> tuple[bytes, list[object]]:
    """Weights and curve of a run that nothing disturbs."""
    studio = Studio(place)
    studio.process.wait(600)
    studio._reader.join(10)
    if studio.outcome != "succeeded":
        raise RuntimeError(f"the unbroken run ended {studio.outcome or 'without a word'}")
    return _result(place)


def _kill_somewhen(studio: Studio, chance: random.Random, tally: Tally) -> bool:
    """Kill a studio at a random moment; False when it was done by then."""
    if chance.random() < 0.9:
        studio.wait_for_checkpoints(chance.randint(0, MOST_CHECKPOINTS))
        time.sleep(chance.random() * 2 * CHECKPOINT_SECONDS)
    else:
        time.sleep(chance.random() * START_SECONDS)
    at = studio.kill(chance.choice(("studio", "both", "worker")))
    if studio.outcome == "succeeded":
        return False
    tally.kills += 1
    marks = [moment for moment, words in studio.said if words[0] in ("began", "checkpoint") and moment <= at]
    if marks:
        tally.lost_seconds = max(tally.lost_seconds, at - marks[-1])
    return True


def _result(place: Path) -> tuple[bytes, list[object]]:
    from helpers.studios import home_in
    from helpers.teaching import model_in

    from studio.teach.runs import Run

    home = home_in(place)
    (folder,) = (entry for entry in home.runs.iterdir() if entry.is_dir())
    return model_in(home), list(Run(folder).metrics())


def _kill(*pids: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def main(words: Iterable[str] | None = None) -> int:
    """Run the rounds that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(None if words is None else list(words))
    with tempfile.TemporaryDirectory(prefix="studio-killing-") as folder:
        tally = run(Path(folder), arguments.times, arguments.seed)
    print(tally.line(), *tally.failed, sep="\n")
    return 0 if tally.clean else 1


if __name__ == "__main__":
    sys.exit(main())
