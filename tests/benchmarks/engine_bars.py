"""The engine's bars: overhead over a bare call, cancelling, start of the command line, a thousand jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT, ROOT / "tests"):
    sys.path.insert(0, str(folder))

from benchmarks.bars import Bar, median, paired, printed  # noqa: E402
from helpers.studios import Heard, finish, request, running  # noqa: E402

from studio.disk.home import Home  # noqa: E402
from studio.engine.discovery.registry import Registry  # noqa: E402
from studio.engine.engine import Engine  # noqa: E402
from studio.engine.requests import GenerationRequest  # noqa: E402
from studio.engine.settings import Settings  # noqa: E402
from studio.engine.states import JobState  # noqa: E402
from studio.library.library import Library  # noqa: E402

GENERATORS = {
    "studio.image.texture": {"size": [1024, 1024]},
    "studio.music.composer": {},
    "studio.mesh.forms": {},
    "studio.mesh.relief": {},
    "studio.text.storyteller": {},
}
"""What the overhead is measured with; a short job and long ones."""

SHORT_JOB_ALLOWANCE = 0.05

BARE = """
import sys, time
from pathlib import Path
from studio.engine.discovery.loading import load_generator
from studio.engine.discovery.registry import Registry
from studio.disk.home import Home
from studio.library import formats
from studio.sdk import Artifact
from studio.sdk.testing import RecordingContext
import json
home, generator, values, folder = Home.find(), sys.argv[1], json.loads(sys.argv[2]), Path(sys.argv[3])
spec = Registry.discover(home).spec(generator)
made = load_generator(spec)
class Quiet(RecordingContext):
    def progress(self, done, total, message="", preview=None):
        pass
for line in sys.stdin:
    checked = {k: tuple(v) if isinstance(v, list) else v for k, v in spec.check(values).items()}
    begun = time.perf_counter()
    for number, result in enumerate(made().generate(made.Params(**checked), Quiet(seed=int(line)))):
        if isinstance(result, Artifact):
            formats.write(result, folder / f"bare-{number}{formats.stored_suffix(result)}")
    print(time.perf_counter() - begun, flush=True)
"""


@contextmanager
def studio_in(folder: Path) -> Iterator[tuple[Engine, Registry]]:
    """A real engine with a real library under `folder`."""
    home = Home(state=folder / "state", library=folder / "library")
    registry = Registry.discover(home)
    library = Library(home.library)
    engine = Engine(home, registry, library, Settings.load(home.settings_file))
    try:
        yield engine, registry
    finally:
        engine.close()
        library.close()


def overhead(folder: Path, rounds: int = 10) -> list[Bar]:
    """App time over the same generator called bare in a script that writes the same file."""
    bars = []
    environment = {**os.environ, "STUDIO_HOME": str(folder / "bare"), "PYTHONPATH": str(ROOT)}
    with studio_in(folder) as (engine, registry):
        for generator, values in GENERATORS.items():
            bare = subprocess.Popen(
                [sys.executable, "-c", BARE, generator, __import__("json").dumps(values), str(folder)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
            )  # fmt: skip
            assert bare.stdin is not None
            assert bare.stdout is not None
            times: list[float] = []

            def run_bare(bare: subprocess.Popen[str] = bare, times: list[float] = times) -> None:
                assert bare.stdin is not None
                assert bare.stdout is not None
                bare.stdin.write("7\n")
                bare.stdin.flush()
                times.append(float(bare.stdout.readline()))

            def run_app(generator: str = generator, values: Mapping[str, object] = values) -> None:
                spec = registry.spec(generator)
                (job,) = finish(engine, engine.submit(GenerationRequest.of(spec, values, 7)), timeout=600)
                assert job.state is JobState.SUCCEEDED, job.failure

            run_bare()  # warm both
            run_app()
            app, without = paired(run_app, run_bare, rounds)
            bare.stdin.close()
            bare.wait()
            extra = median(app) - median(without)
            ratio = median(app) / median(without)
            met = ratio <= 1.02 or extra <= SHORT_JOB_ALLOWANCE
            bars.append(Bar(f"app time / bare call, {generator}", f"{ratio:.3f} ({1000 * extra:+.0f} ms of "
                            f"{median(without):.2f} s)", "≤ 1.02, or +50 ms", met))  # fmt: skip
    return bars


def cancelling(folder: Path, rounds: int = 10) -> list[Bar]:
    """Acknowledgement by the worker, and replacement of one that hangs."""
    acknowledged: list[float] = []
    replaced: list[float] = []
    with running(folder) as engine:
        for how in ("loops", "sleeps") * (rounds // 2):
            heard = Heard(engine)
            hung = engine.submit(request("test.trouble", folder / "out", how=how))
            heard.wait_for_state(hung.id, JobState.RUNNING)
            time.sleep(0.2)
            supervisor = engine._supervisors["auto"]
            told: list[float] = []
            listen = supervisor._handlers

            def note(frame: object, told: list[float] = told) -> None:
                told.append(time.perf_counter())

            supervisor._handlers = {**listen, "cancelling": note}
            begun = time.perf_counter()
            engine.cancel(hung.id)
            next_job = engine.submit(request("test.words", folder / "out"))
            heard.wait_for_state(next_job.id, JobState.RUNNING)
            replaced.append(time.perf_counter() - begun)
            acknowledged.append(told[0] - begun)
            finish(engine, next_job)
            supervisor._handlers = listen
            heard.stop()
    ack, swap = 1000 * max(acknowledged), max(replaced)
    return [
        Bar("cancel acknowledged by the worker, slowest", f"{ack:.0f} ms of {len(acknowledged)}", "≤ 50 ms", ack <= 50),
        Bar("hung plugin replaced and the next job started, slowest", f"{swap:.2f} s", "≤ 3 s", swap <= 3),
    ]


def command_start(folder: Path, rounds: int = 15) -> list[Bar]:
    """`studio generators` with a warm cache against an empty interpreter.

    Modules are compiled once and kept, as in every installation, also where this shell asks Python not to.
    """
    environment = {**os.environ, "STUDIO_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")

    def listing() -> None:
        subprocess.run([sys.executable, "-m", "studio", "generators"], check=True, env=environment, capture_output=True)

    def nothing() -> None:
        subprocess.run([sys.executable, "-c", "pass"], check=True, env=environment, capture_output=True)

    listing()
    warm, bare = paired(listing, nothing, rounds)
    ratio = median(warm) / median(bare)
    return [Bar("studio generators, warm / python -c pass", f"{ratio:.2f}", "≤ 4", ratio <= 4)]


def thousand_jobs(folder: Path, count: int = 1000) -> list[Bar]:
    """Memory and time over many jobs in one run, results kept in a library."""
    import psutil

    home_library = Library(folder / "library")
    with running(folder, library=home_library) as engine:
        from dataclasses import replace

        plain = request("test.speckle", folder / "out", size=[64, 64])
        kept = replace(plain, keep=True, folder="")
        times, host, worker = [], [], []
        process = psutil.Process()
        for number in range(count):
            job = engine.submit(replace(kept, seed=number))
            begun = time.perf_counter()
            finish(engine, job)
            times.append(time.perf_counter() - begun)
            if number % 10 == 9:
                children = [child for child in process.children() if "studio.engine.worker.main" in child.cmdline()]
                host.append(process.memory_info().rss)
                worker.append(sum(child.memory_info().rss for child in children))
        assert home_library.stats()["items"] == count
    home_library.close()
    window = max(5, count // 10)
    ratio = median(times[-window:]) / median(times[10 : 10 + window])
    return [
        Bar("host memory per job", f"{_slope(host):.1f} KB", "≤ 20 KB", _slope(host) <= 20),
        Bar("worker memory per job", f"{_slope(worker):.1f} KB", "≤ 20 KB", _slope(worker) <= 20),
        Bar(f"time of the last {window} jobs / jobs 10…{10 + window}", f"{ratio:.3f}", "≤ 1.02", ratio <= 1.02),
    ]


def _slope(samples: list[int]) -> float:
    """Kilobytes per job over the second half, by least squares; a sample is taken every ten jobs."""
    half = samples[len(samples) // 2 :]
    mean_x, mean_y = (len(half) - 1) / 2, sum(half) / len(half)
    above = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(half))
    below = sum((x - mean_x) ** 2 for x in range(len(half)))
    return above / below / 10 / 1024


TRACED = ("studio.text.storyteller", "studio.image.texture", "studio.music.composer", "studio.mesh.forms")
"""One generator a medium."""

LOOK_UPS = ("nscd/socket", "systemd/resolve", "avahi-daemon/socket")
"""Sockets of services that look up names for others."""


def sockets(folder: Path) -> list[Bar]:
    """A generation a medium traced from outside: internet sockets and look-ups, with the network there and without."""
    import shutil

    if shutil.which("strace") is None:
        return [Bar("internet sockets of a traced run", "not measured: strace is not installed", "0", met=False)]
    bars = []
    environment = {**os.environ, "STUDIO_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    for name, prefix in (("network present", []), ("network absent", ["unshare", "-n", "-r"])):
        opened, codes = 0, set()
        for generator in TRACED:
            trace = folder / f"trace-{name.split()[1]}-{generator}"
            tracer = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace)]
            command = [*prefix, *tracer, sys.executable, "-m", "studio", "generate", generator]
            codes.add(subprocess.run(command, env=environment, capture_output=True, check=False).returncode)
            lines = trace.read_text("utf-8", "replace").splitlines()
            opened += sum("AF_INET" in line or any(service in line for service in LOOK_UPS) for line in lines)
        figure = f"{opened} in {len(TRACED)} runs (exit codes {sorted(codes)})"
        met = opened == 0 and codes == {0}
        bars.append(Bar(f"internet sockets and look-ups of traced runs, {name}", figure, "0", met))
    return bars


def main() -> int:
    """Print every bar, or those of the parts that are named: ``engine_bars.py overhead sockets``."""
    count = int(os.environ.get("BENCH_JOBS", "1000"))
    parts: dict[str, Callable[[Path], list[Bar]]] = {
        "command_start": command_start,
        "cancelling": cancelling,
        "overhead": overhead,
        "sockets": sockets,
        "thousand_jobs": lambda folder: thousand_jobs(folder, count),
    }
    chosen = sys.argv[1:] or list(parts)
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as name:

        def measured() -> Iterator[Bar]:
            for part in chosen:
                folder = Path(name) / part
                folder.mkdir()
                yield from parts[part](folder)

        return printed(measured())


if __name__ == "__main__":
    sys.exit(main())
