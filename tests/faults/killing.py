"""Kill −9 at random moments of generating and saving; then see what the next start makes of it.

    python tests/faults/killing.py --times 1000

Each round starts a studio that makes small pictures and says each one's id only when it was announced, kills it (the
studio alone, its worker alone, or both at once), opens the library as the next start does, and checks: every announced
result is there and whole, the index is sound and agrees with the files, and nothing temporary is left.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for entry in (ROOT, ROOT / "tests"):
    if str(entry) not in sys.path:
        sys.path.insert(0, str(entry))

ROUNDS_PER_LIBRARY = 100
"""After each round every file of the library is read; a library for all rounds would cost hours of reading."""

STUDIO = """
import sys
from dataclasses import replace
from pathlib import Path
from helpers.studios import request, running
from studio.engine.events import ItemSaved
from studio.library.library import Library
folder = Path(sys.argv[1])
library = Library(folder / "library")
with running(folder, library=library) as engine:
    def say(event):
        if isinstance(event, ItemSaved):
            print(event.item, flush=True)
    engine.subscribe(say)
    print("ready", flush=True)
    number = int(sys.argv[2])
    while True:
        loose = request("test.speckle", folder / "out", number, size=[48, 48])
        job = engine.submit(replace(loose, keep=True, folder=""))
        engine.wait([job.id])
        number += 1
"""


@dataclass
class Tally:
    """What the rounds found."""

    rounds: int = 0
    announced: int = 0
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    corrupt_indexes: int = 0
    strays: list[str] = field(default_factory=list)
    orphans: int = 0
    studios: set[int] = field(default_factory=set)

    @property
    def clean(self) -> bool:
        """Whether nothing bad was found."""
        return not (self.lost or self.damaged or self.corrupt_indexes or self.strays or self.orphans)

    def line(self) -> str:
        """As printed."""
        found = {
            "lost": len(self.lost),
            "damaged": len(self.damaged),
            "corrupt indexes": self.corrupt_indexes,
            "stray files": len(self.strays),
            "orphan workers": self.orphans,
        }
        told = ", ".join(f"{count} {what}" for what, count in found.items())
        return f"{self.rounds} kills, {self.announced} announced results: {told}"


def run(folder: Path, times: int, seed: int) -> Tally:
    """Kill `times` studios and check after each: the library of this round with all that earlier ones left in it."""
    chance = random.Random(seed)
    tally = Tally()
    announced: set[str] = set()
    for number in range(times):
        if number % ROUNDS_PER_LIBRARY == 0:
            announced = set()
        place = folder / str(number // ROUNDS_PER_LIBRARY)
        place.mkdir(exist_ok=True)
        fresh = _one_round(place, number * 1000, chance, tally)
        announced |= fresh
        tally.rounds += 1
        tally.announced += len(fresh)
        _check(place, announced, tally)
        if tally.rounds % 50 == 0:
            print(tally.line(), flush=True)
        if not tally.clean:
            break
    return tally


def _one_round(folder: Path, first_seed: int, chance: random.Random, tally: Tally) -> set[str]:
    import psutil

    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
        "OMP_NUM_THREADS": "1",
    }
    studio = subprocess.Popen(
        [sys.executable, "-c", STUDIO, str(folder), str(first_seed)], stdout=subprocess.PIPE, env=environment
    )
    assert studio.stdout is not None
    tally.studios.add(studio.pid)
    studio.stdout.readline()
    # Three kills in ten fall into the worker's start, the rest into the middle of results following each other.
    if chance.random() < 0.7:
        first = studio.stdout.readline()
        seen = {first.decode().strip()}
    else:
        seen = set()
    time.sleep(chance.random() * 0.15)
    victims = chance.choice(("studio", "both", "worker first"))
    if victims == "worker first":
        _kill(worker.pid for worker in psutil.Process(studio.pid).children(recursive=True))
        time.sleep(chance.random() * 0.05)
    # Stopped before it is killed: a worker it started after it was asked for its children would be overlooked, and
    # still be at work while the next start is checked.
    studio.send_signal(signal.SIGSTOP)
    workers = psutil.Process(studio.pid).children(recursive=True)
    if victims == "both":
        _kill(worker.pid for worker in workers)
    studio.kill()
    with studio.stdout as told:
        rest = told.read().decode().split("\n")
    studio.wait()
    # The last line may be half written: it was not announced then.
    seen |= {line for line in rest[:-1] if line and line != "ready"}
    _, alive = psutil.wait_procs(workers, timeout=30)
    tally.orphans += len(alive)
    return seen - {"", "ready"}


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _check(folder: Path, announced: set[str], tally: Tally) -> None:
    from helpers.studios import running

    from studio.library.library import Library
    from studio.sdk import UserError

    library = Library(folder / "library")
    with running(folder, library=library, hold=True):
        pass
    for item_id in announced:
        try:
            kept = library.store.path(library.get(item_id)).is_file()
        except UserError:
            kept = False
        if not kept:
            tally.lost.append(item_id)
    report = library.verify()
    found = (*report.changed, *report.missing, *report.damaged, *report.unindexed, *report.gone)
    tally.damaged += [str(problem) for problem in found]
    tally.corrupt_indexes += bool(report.index)
    library.close()
    tally.strays += [str(path) for path in _temporary(folder, tally.studios)]


def _temporary(folder: Path, studios: Iterable[int]) -> Iterator[Path]:
    """Files of unfinished work of killed studios, by process id; the one lock file that all processes share stays."""
    for pid in studios:
        yield from Path("/dev/shm").glob(f"atelier-studio-{pid}-*")
    for path in folder.rglob("*"):
        unfinished = ".staging" in path.parts and path.parent.name != ".staging"
        if path.is_file() and (path.name.endswith(".tmp") or unfinished or "scratch" in path.parts):
            yield path


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="studio-killing-") as name:
        tally = run(Path(name), arguments.times, arguments.seed)
        print(tally.line())
        for problem in (*tally.lost, *tally.damaged, *tally.strays):
            print(" ", problem)
    return 0 if tally.clean else 1


if __name__ == "__main__":
    sys.exit(main())
