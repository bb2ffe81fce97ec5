"""The conformance kit finds what it says it finds: each of these generators is wrong in one way."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from studio.sdk.artifacts import Artifact
from studio.sdk.parameters import Json
from studio.sdk.testing.conformance import CHECKS, TOGETHER, CheckResult, Plugin, WorkerRun, check_plugin

HEAD = '''
import studio.sdk as sdk
{top}

class Made(sdk.Generator):
    """A small thing made to be checked."""

    id, title, makes = "test.made", "Made", (sdk.Image,)
    {extra}

    class Params(sdk.Params):
        size: tuple[int, int] = sdk.size(32, 32, min=16, max=64)
        words: str = sdk.prompt("fox")
        {fields}

    def generate(self, params, ctx):
        import numpy as np
        pixels = {pixels}
{body}


class Plugin:
    @sdk.hookimpl
    def studio_generators(self):
        return [Made]
'''

SOUND = ["ctx.progress(1, 2)", "ctx.progress(2, 2)", "yield sdk.Image(pixels=pixels)"]
NOISE = "ctx.rng().integers(0, 256, (params.size[1], params.size[0], 3), dtype=np.uint8)"
THREAD = "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
PROGRESS, RESULT = SOUND[:2], SOUND[2]


def plugin(
    folder: Path, body: list[str], top: str = "", extra: str = "", fields: str = "", pixels: str = NOISE, **how: object
) -> Plugin:
    """A plugin with this body of `generate`, in a folder of its own."""
    text = HEAD.format(
        top=top, extra=extra, fields=fields, pixels=pixels, body="\n".join(f"        {line}" for line in body)
    )
    (folder / "made.py").write_text(text)
    return Plugin("made:Plugin", path=[str(folder), *filter(None, sys.path)], **how)  # type: ignore[arg-type]


def verdict(made: Plugin, number: int) -> CheckResult:
    (result,) = check_plugin(made, only=[number])
    return result


def test_a_sound_generator_passes_all_twenty(tmp_path: Path) -> None:
    results = list(check_plugin(plugin(tmp_path, SOUND)))
    assert [result.number for result in results] == list(CHECKS)
    assert [str(result) for result in results if not result.passed] == []


@pytest.mark.parametrize(
    ("number", "body", "more", "sentence"),
    [
        (1, SOUND, {"extra": '__doc__ = "Thing"'}, "needs a docstring"),
        (2, SOUND, {"top": "import numpy"}, "brings numpy along"),
        (2, SOUND, {"top": "total = sum(i * i for i in range(8_000_000))"}, "Importing it takes"),
        (3, SOUND, {"top": 'print("hello")'}, "prints"),
        (3, SOUND, {"top": 'open(__file__ + ".log", "w").close()'}, "it touches"),
        (3, SOUND, {"top": THREAD}, "starts a thread"),
        (4, SOUND, {"fields": 'mode: str = sdk.choice("a", list({*"abcdefgh"}))'}, "differs between"),
        (5, SOUND, {"fields": "steps: int = 3"}, "annotated but made by no field function"),
        (6, [*PROGRESS, 'yield sdk.Text(text="hi")'], {}, "yields text, which `makes` does not declare"),
        (6, [*PROGRESS, "return", RESULT], {}, "without making anything"),
        (6, ["raise ValueError('odd')", RESULT], {}, "ValueError: odd"),
        (7, [*PROGRESS, "yield sdk.Image(pixels=pixels.astype(float))"], {}, "its pixels are float64"),
        (8, ["assert params.size != (16, 64)", *SOUND], {}, "With size = [16, 64] it fails: AssertionError"),
        (8, ["1 / params.rate", *SOUND], {"fields": "rate: float = sdk.number(1.0, min=0.0, max=2.0)"}, "ZeroDivision"),
        (9, ["params.words[0]", *SOUND], {}, "With words: empty it fails: IndexError"),
        (10, ["pixels[0, 0, 0] = hash('fox') % 256", *SOUND], {}, "other bytes in another process"),
        (11, ["ctx.seed", "pixels[:] = 7", *SOUND], {}, "Other seeds give the same bytes"),
        (12, ["np.random.seed(ctx.seed)", *SOUND], {}, "global random generator of numpy"),
        (12, ["import random", "pixels[0, 0] = random.randrange(256)", *SOUND], {}, "global random generator"),
        (13, [RESULT], {}, "reports no progress"),
        (13, ["ctx.progress(2, 3)", "ctx.progress(1, 3)", RESULT], {}, "goes back from 2 to 1"),
        (13, ["ctx.progress(4, 3)", RESULT], {}, "reports 4 of 3"),
        (14, ["import time", "ctx.progress(1, 2)", "time.sleep(2.3)", RESULT], {}, "without a cancel point"),
        (14, ["try:", "    ctx.progress(1, 2)", "except BaseException:", "    pass", RESULT], {},
         "yields results after"),
        (14, ["try:", "    ctx.progress(1, 2)", "except BaseException:", "    return", RESULT], {},
         "swallows sdk.Cancelled"),
        (15, ["COUNT.append(1)", "pixels[0, 0] = len(COUNT)", *SOUND], {"top": "COUNT = []"},
         "a different one ran in between"),
        (16, ["KEPT.append(np.ones(200_000))", *SOUND], {"top": "KEPT = []"}, "KiB more than the one before"),
        (17, ["pixels += ctx.load('x', lambda: np.uint8(next(TURNS)))", *SOUND],
         {"top": "import itertools; TURNS = itertools.count()"}, "After an unload"),
        (18, ["open(__file__ + '.stray', 'w').close()", *SOUND], {}, "changes files outside ctx.tmp"),
        (18, ["import socket", "try: socket.create_connection(('192.0.2.1', 9), 0.1)", "except OSError: pass", *SOUND],
         {}, "uses the network"),
        (18, ["import subprocess, sys", "subprocess.run([sys.executable, '-c', ''])", *SOUND], {}, "starts programs"),
        (19, ["import os", "os.environ['SHADE'] = str(ctx.points)", "os.chdir('/')", *SOUND], {},
         "changes the current folder"),
        (19, [THREAD, *SOUND], {},
         "leaves a thread running"),
        (20, ["waste = np.ones(40_000_000)", *SOUND], {"extra": "needs = sdk.Needs(ram_gb=0.2)"},
         "its `needs` say 0.2 GB"),
    ],
)  # fmt: skip
def test_a_wrong_generator_fails_its_check(
    tmp_path: Path, number: int, body: list[str], more: dict[str, str], sentence: str
) -> None:
    result = verdict(plugin(tmp_path, body, **more), number)
    assert (result.passed, sentence in result.reason) == (False, True), result


@pytest.mark.parametrize(
    ("number", "body", "more"),
    [
        (9, ["if not params.words.strip():", "    raise sdk.UserError('Write something first')", *SOUND], {}),
        (11, SOUND, {"pixels": "np.zeros((8, 8), np.uint8)"}),
        (16, ["CACHE.setdefault(1, np.ones(9_000_000))", *SOUND], {"top": "CACHE = {}"}),
        (18, ["(ctx.tmp / 'scratch').write_text('x')", *SOUND], {}),
        (18, ["import subprocess, sys", "subprocess.run([sys.executable, '-c', ''])", *SOUND],
         {"extra": "needs = sdk.Needs(processes=True)"}),
    ],
)  # fmt: skip
def test_what_the_contract_allows_passes(tmp_path: Path, number: int, body: list[str], more: dict[str, str]) -> None:
    result = verdict(plugin(tmp_path, body, **more), number)
    assert result.passed, result


def test_a_parameter_of_an_earlier_release_must_stay_or_become_an_alias(tmp_path: Path) -> None:
    lost = plugin(tmp_path, SOUND, baseline={"test.made": ["size", "prompt"]})
    assert "“prompt” of an earlier release is gone" in verdict(lost, 5).reason
    kept = plugin(tmp_path, SOUND, fields='prompt2: str = sdk.text(aliases=("prompt",))', baseline=lost.baseline)
    assert verdict(kept, 5).passed


def test_only_the_generators_that_were_named_are_checked(tmp_path: Path) -> None:
    assert [result.passed for result in check_plugin(plugin(tmp_path, SOUND, generators=["test.made"]), only=[1])] == [
        True
    ]
    assert list(check_plugin(plugin(tmp_path, SOUND, generators=["test.other"]), only=[1])) == []


def test_a_plugin_that_does_not_load_fails_every_check_with_one_reason(tmp_path: Path) -> None:
    results = list(check_plugin(plugin(tmp_path, SOUND, top="import nothing_of_the_kind")))
    assert [result.passed for result in results] == [False] * 20
    assert "nothing_of_the_kind" in results[0].reason


def test_a_crash_is_a_verdict(tmp_path: Path) -> None:
    result = verdict(plugin(tmp_path, ["import os", "os.abort()", *SOUND]), 7)
    assert (result.passed, result.reason) == (False, "It ended its process (SIGABRT).")


def test_checks_that_share_a_process_share_no_verdict(tmp_path: Path) -> None:
    together = TOGETHER[0]
    wrong = check_plugin(plugin(tmp_path, [RESULT]), only=together)
    assert [result.number for result in wrong if not result.passed] == [13]
    hashed = plugin(tmp_path, SOUND, pixels='np.full((8, 8, 3), hash("fox") % 256, np.uint8)')
    assert [result.number for result in check_plugin(hashed, only=[6, 8, 9, 10]) if not result.passed] == [10]
    # Fifteen runs are more than any check makes, and fewer than all of them together.
    tired = ["global RUNS", "RUNS += 1", "if RUNS > 15: import os; os.abort()", *SOUND]
    assert [
        str(result) for result in check_plugin(plugin(tmp_path, tired, "RUNS = 0"), only=together) if not result.passed
    ] == []


def test_a_hang_is_a_verdict(tmp_path: Path) -> None:
    result = verdict(plugin(tmp_path, ["import time", "time.sleep(60)", *SOUND], limit=3.0), 7)
    assert (result.passed, result.reason) == (False, "It did not finish within 3 s.")


def test_the_engines_worker_is_used_where_there_is_one(tmp_path: Path) -> None:
    seen: list[object] = []

    def worker(descriptor: Mapping[str, Json], values: Mapping[str, Json], inputs: Mapping[str, Artifact]) -> WorkerRun:
        seen.append((descriptor["id"], dict(values), {name: artifact.kind for name, artifact in inputs.items()}))
        return WorkerRun(peak_bytes=900_000_000, kinds=("image",))

    result = verdict(
        plugin(tmp_path, SOUND, fields="start: sdk.Image | None = sdk.image(required=True)", worker=worker), 20
    )
    assert seen == [("test.made", {}, {"start": "image"})]
    assert (result.passed, "0.90 GB" in result.reason) == (False, True)


def test_the_kit_is_a_pytest_plugin(tmp_path: Path) -> None:
    plugin(tmp_path, [RESULT])
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_registering(),
         "--studio-plugin", "made:Plugin", "-k", "progress or identity or parameters"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)]), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert "1 failed, 2 passed" in ended.stdout, ended.stdout + ended.stderr
    assert "It reports no progress" in ended.stdout


def _registering() -> list[str]:
    """How pytest is told of the kit: an installed studio announces it by itself, a checkout does not."""
    from importlib.metadata import entry_points

    announced = [entry for entry in entry_points(group="pytest11") if entry.name == "studio-plugin-check"]
    return [] if announced else ["-p", "studio.sdk.testing.pytest_plugin"]


def test_a_look_at_the_loopback_address_is_no_network() -> None:
    import socket

    from studio.sdk.testing.watching import Watch

    watch = Watch()
    with watch, socket.socket() as inside, socket.socket() as outside:
        inside.bind(("127.0.0.1", 0))
        assert watch.network == []
        outside.bind(("0.0.0.0", 0))
    assert len(watch.network) == 1
