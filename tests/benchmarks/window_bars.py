"""The window's bars: launch and memory against a bare Qt window, and the event loop while a worker works.

Needs a display (under Linux without one: ``xvfb-run -a python tests/benchmarks/window_bars.py``).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for entry in (ROOT, ROOT / "tests"):
    sys.path.insert(0, str(entry))

from benchmarks.bars import Bar, median, percentile, printed  # noqa: E402

BARE = """
import sys
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
window.setMouseTracking(True)
def answer():
    where = QPointF(1, 1)
    QApplication.postEvent(window, QMouseEvent(QEvent.Type.MouseMove, where, where, Qt.MouseButton.NoButton,
                           Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier))
class Watch(QObject):
    painted = False
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted:
            self.painted = True
            QTimer.singleShot(0, answer)
        if event.type() == QEvent.Type.MouseMove:
            print("answered", flush=True)
            app.quit()
        return False
watch = Watch()
window.installEventFilter(watch)
window.setCentralWidget(QLabel("bare"))
window.resize(1400, 900)
window.show()
sys.exit(app.exec())
"""


def _environment(folder: Path, *further: Path) -> dict[str, str]:
    """The environment of a studio that keeps everything in `folder`.

    Modules are compiled once and kept, as in every installation, also where this shell asks Python not to: else ours
    would be compiled anew at each start, and PySide6's, which pip compiled, would not.
    """
    path = os.pathsep.join(map(str, (ROOT, *further)))
    kept = {**os.environ, "STUDIO_HOME": str(folder), "PYTHONPATH": path}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode")}


def _once(command: list[str], environment: dict[str, str]) -> tuple[float, int]:
    """Wall seconds until a process says that it answered an input event, and its peak memory (KB)."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    limit = threading.Timer(60, process.kill)
    limit.start()
    assert process.stdout is not None
    told = process.stdout.readline()
    answered = time.perf_counter() - begun
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    limit.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command} ended with {process.returncode}"
    assert told == b"answered\n", f"{command} said {told!r}"
    return answered, usage.ru_maxrss


def launch(folder: Path, rounds: int = 8) -> list[Bar]:
    """Start to an answered input event, and peak memory until then."""
    environment = _environment(folder)
    studio = [sys.executable, "-m", "studio", "--exit-after-first-paint"]
    bare = [sys.executable, "-c", BARE]
    for _ in range(2):  # a warm cache of descriptors, as at every start but the first
        _once(studio, environment)
        _once(bare, environment)
    ours: list[tuple[float, int]] = []
    theirs: list[tuple[float, int]] = []
    for _ in range(rounds):
        ours.append(_once(studio, environment))
        theirs.append(_once(bare, environment))
        theirs.append(_once(bare, environment))
        ours.append(_once(studio, environment))
    seconds = median([time for time, _ in ours]) / median([time for time, _ in theirs])
    memory = median([float(rss) for _, rss in ours]) / median([float(rss) for _, rss in theirs])
    told = f"{seconds:.2f} ({median([t for t, _ in ours]):.2f} s / {median([t for t, _ in theirs]):.2f} s)"
    return [
        Bar("launch until input is answered / bare PySide6 window", told, "≤ 1.5", seconds <= 1.5),
        Bar("memory at first paint / bare PySide6 window", f"{memory:.2f}", "≤ 1.5", memory <= 1.5),
    ]


LOOP = """
import json, sys, time
from PySide6.QtCore import QTimer, Qt
from PySide6.QtWidgets import QApplication
from studio.shell.app import Studio, places
app = QApplication([sys.argv[0]])
home, settings = places([])
studio = Studio(app, home, settings)
beats, marks = [], {}
last = time.perf_counter()
def beat():
    global last
    now = time.perf_counter()
    beats.append((now, 1000 * (now - last)))
    last = now
pulse = QTimer()
pulse.setTimerType(Qt.TimerType.PreciseTimer)
pulse.timeout.connect(beat)
from studio.engine.requests import GenerationRequest
waiting = []
def submit():
    engine = studio.bridge.engine
    marks["work"] = time.perf_counter()
    for name, values in (("studio.text.storyteller", {"length": 60}), ("studio.image.texture", {"size": [1024, 1024]}),
                         ("studio.mesh.forms", {}), ("studio.music.composer", {})):
        if name in studio.workshop.registry.specs:
            spec = studio.workshop.registry.spec(name)
            waiting.append(engine.submit(GenerationRequest.of(spec, values, 3)).id)
    QTimer.singleShot(200, look)
def look():
    jobs = {job.id: job for job in studio.bridge.engine.jobs()}
    if all(jobs[name].state.is_final for name in waiting):
        marks["end"] = time.perf_counter()
        failed = [job.failure.message for job in jobs.values() if job.failure]
        QTimer.singleShot(3000, lambda: finish(failed))
    else:
        QTimer.singleShot(200, look)
def finish(failed):
    marks["idle end"] = time.perf_counter()
    pulse.stop()
    print(json.dumps({"beats": beats, "marks": marks, "failed": failed}))
    studio.window.close()
    app.quit()
def ready():
    if not studio.bridge.is_attached:
        QTimer.singleShot(50, ready)
        return
    pulse.start(1)
    submit()
studio.open()
QTimer.singleShot(500, ready)
code = app.exec()
studio.close()
sys.exit(code)
"""


def event_loop(folder: Path) -> list[Bar]:
    """Time between turns of the event loop: while a worker imports, generates and saves, and idle afterwards.

    The second run counts: while modules have yet to be compiled, the worker is so slow that nothing comes together.
    """
    import json

    environment = _environment(folder)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", LOOP], env=environment, capture_output=True, text=True, check=True, timeout=300
        )
    told = json.loads(done.stdout.splitlines()[-1])
    marks = told["marks"]
    busy = [gap for moment, gap in told["beats"] if marks["work"] + 0.05 < moment <= marks["end"]]
    idle = [gap for moment, gap in told["beats"] if marks["end"] + 0.5 < moment <= marks["idle end"]]
    p99, calm, worst = percentile(busy, 0.99), percentile(idle, 0.99), max(busy)
    failed = f", failed: {told['failed']}" if told["failed"] else ""
    return [
        Bar("event loop p99 while the worker imports, generates and saves", f"{p99:.1f} ms, idle {calm:.1f} ms{failed}",
            "≤ 8 ms and ≤ 3× idle", p99 <= 8 and p99 <= 3 * calm and not failed),
        Bar("event loop's longest turn meanwhile", f"{worst:.0f} ms of {len(busy)} turns", "≤ 50 ms", worst <= 50),
    ]  # fmt: skip


VISIBLE = """
import json, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from helpers.studios import registry_of
from helpers.timed import Timed
from studio.engine.events import LogReceived
from studio.engine.requests import GenerationRequest
from studio.shell.app import Studio, places
from studio.shell.viewers.image_canvas import ImageCanvas
from studio.sdk import GeneratorSpec
app = QApplication([sys.argv[0]])
home, settings = places([])
studio = Studio(app, home, settings)
studio.open()
while not studio.bridge.is_attached:
    QTest.qWait(50)
QTest.qWait(4000)
engine = studio.bridge.engine
registry = registry_of(home, Timed)
engine.replace_registry(registry)
studio.workshop.set_registry(registry)
finished, previews, painted = [], [], []
def hear(event):
    if isinstance(event, LogReceived) and event.line.startswith("finished"):
        finished.append(float(event.line.split()[1]))
engine.subscribe(hear)
studio.bridge.preview_received.connect(lambda *_: previews.append(time.time()))
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and len(previews) > len(painted):
            inside = watched
            while inside is not None and not isinstance(inside, ImageCanvas):
                inside = inside.parent()
            if inside is not None:
                painted.append(time.time())
        return False
watch = Watch()
app.installEventFilter(watch)
page = studio.window.create_page
page.open_generator("test.timed", {}, 1)
for number in range(25):
    page.generate()
    limit = time.time() + 20
    while len(painted) <= number and time.time() < limit:
        QTest.qWait(2)
    QTest.qWait(250)
print(json.dumps({"finished": finished, "painted": painted}))
studio.window.close()
studio.close()
"""


def visible(folder: Path) -> list[Bar]:
    """From the generator's last line in the worker to the picture painted in the window, 1024²."""
    import json

    environment = _environment(folder, ROOT / "tests")
    done = subprocess.run(
        [sys.executable, "-c", VISIBLE], env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    told = json.loads(done.stdout.splitlines()[-1])
    # The first picture pays for the viewer's making and the worker's imports.
    waits = [1000 * (seen - made) for made, seen in zip(told["finished"], told["painted"], strict=True)][1:]
    typical, slow = median(waits), percentile(waits, 0.95)
    return [Bar("finished in the worker until painted, 1024²", f"median {typical:.0f} ms, p95 {slow:.0f} ms",
                "≤ 60 ms", slow <= 60)]  # fmt: skip


def main() -> int:
    """Print every bar, or those of the parts that are named: ``window_bars.py launch``."""
    parts: dict[str, Callable[[Path], list[Bar]]] = {"launch": launch, "event_loop": event_loop, "visible": visible}
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as name:

        def measured() -> Iterator[Bar]:
            for part in sys.argv[1:] or list(parts):
                folder = Path(name) / part
                folder.mkdir()
                yield from parts[part](folder)

        return printed(measured())


if __name__ == "__main__":
    sys.exit(main())
