"""The twenty conformance checks, each in a process apart from the caller's, told one by one as they finish.

::

    for result in check_distribution("acme-noise"):
        print(result)

Most checks run with reduced values: size fields at 64×64 (or their minimum), numbers that say how much is made at their
minimum. Checks 6, 14 and 20 use the defaults, but for trainers, which always get reduced values and a tiny dataset of
their kind. Checks that earlier runs may precede share a process (`TOGETHER`), as loading libraries often takes longer
than a run; one that does not pass there is run again in a process of its own, and that verdict counts.

A check may take 60 s; within 8 and 9 the runs share 6 s, within 16 they share 12 s, and one that takes more than its
share is cut short, which the remark then says.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from studio.sdk.errors import UserError
from studio.sdk.hookspecs import ENTRY_POINT_GROUP
from studio.sdk.parameters import Json
from studio.sdk.testing.asking import answers

if TYPE_CHECKING:
    from studio.sdk.artifacts import Artifact

CHECKS: dict[int, str] = {
    1: "identity and docstring",
    2: "light import",
    3: "import without side effects",
    4: "description is JSON and stable",
    5: "parameters make sense",
    6: "defaults run, only declared kinds come out",
    7: "results are valid",
    8: "every minimum, maximum and option",
    9: "hostile inputs",
    10: "same seed, same bytes",
    11: "other seed, other bytes",
    12: "global random generators untouched",
    13: "progress",
    14: "cancelling",
    15: "A, B, A",
    16: "no leak over eight runs",
    17: "runs again after unload",
    18: "only declared writes, network, processes",
    19: "process left clean",
    20: "runs in the worker within its memory estimate",
}
"""What each check looks at, by number."""

TOGETHER = ((10, 6, 7, 11, 12, 13, 15, 16, 17), (10, 8, 9, 14), (18, 19))
"""Checks that share a process, in the order they are run; 10 compares the first runs of two."""

LIMIT, BUDGETS = 60.0, 10.0
IMPORT_LIMIT = 0.150
"""Processor seconds importing a plugin may take beyond the SDK's own import."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check on one generator.

    Attributes:
        number: 1 … 20, see `CHECKS`.
        name: what it looks at.
        generator: the generator's id; empty when the plugin could not even be loaded.
        passed: the verdict.
        reason: one sentence: what is wrong, or a remark.
        seconds: how long it took.
        details: traceback, possibly empty.
    """

    number: int
    name: str
    generator: str
    passed: bool
    reason: str
    seconds: float
    details: str = ""

    def __str__(self) -> str:
        mark = "passed" if self.passed else "FAILED"
        return (
            f"{self.number:2} {self.name}: {mark} in {self.seconds:.1f} s{' – ' + self.reason if self.reason else ''}"
        )


@dataclass(frozen=True, slots=True)
class WorkerRun:
    """What a run in the studio's own worker came to.

    Attributes:
        peak_bytes: most main memory the worker took.
        kinds: kinds of the artifacts made.
        error: what went wrong, empty when nothing did.
    """

    peak_bytes: int
    kinds: tuple[str, ...]
    error: str = ""


class WorkerRunner(Protocol):
    """Runs a generator once with given values in the studio's worker; the engine supplies it to check 20."""

    def __call__(
        self, descriptor: Mapping[str, Json], values: Mapping[str, Json], inputs: Mapping[str, Artifact]
    ) -> WorkerRun:
        """Run it.

        Args:
            descriptor: the generator as JSON, see `GeneratorSpec.from_json`.
            values: values that differ from the defaults.
            inputs: an artifact for each required input.
        """


@dataclass
class Plugin:
    """A plugin under test.

    Attributes:
        target: ``"module:Class"``.
        path: where modules are searched.
        given: values to use throughout, by generator id: for fields that must be filled, such as a required file.
        baseline: parameter names of an earlier release, by generator id, for check 5.
        worker: runs check 20; without one a plain process stands in.
        limit: seconds a check may take.
        trainer_checks: numbers of the checks that trainers get, each of which costs some trainings; all when empty.
        generators: ids of the generators to check; all when empty.
    """

    target: str
    path: Sequence[str] = field(default_factory=lambda: list(filter(None, sys.path)))
    given: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    baseline: Mapping[str, Sequence[str]] = field(default_factory=dict)
    worker: WorkerRunner | None = None
    limit: float = LIMIT
    trainer_checks: Collection[int] = ()
    generators: Collection[str] = ()


def check_distribution(name: str, *, only: Collection[int] = (), at_once: int = 2, **how: Any) -> Iterator[CheckResult]:
    """Check every plugin of an installed distribution, or the one given as ``"module:Class"``.

    Args:
        name: as ``pip`` knows it, or the target of an entry point.
        only: numbers of the checks to run; all when empty.
        at_once: how many processes run together.
        how: further attributes of `Plugin`.

    Raises:
        UserError: there is no such distribution, or it announces no plugin.
    """
    for target in targets_of(name):
        yield from check_plugin(Plugin(target, **how), only=only, at_once=at_once)


def check_plugin(plugin: Plugin, *, only: Collection[int] = (), at_once: int = 2) -> Iterator[CheckResult]:
    """Check one plugin; results come in order, generator by generator, as soon as they are known."""
    numbers = sorted(only or CHECKS)
    started = time.monotonic()
    facts = import_facts(plugin)
    if "failed" in facts:
        reason, details = f"The plugin does not load: {facts['failed']}", facts.get("details", "")
        yield CheckResult(numbers[0], CHECKS[numbers[0]], "", False, reason, time.monotonic() - started, details)  # noqa: FBT003
        for number in numbers[1:]:
            yield CheckResult(number, CHECKS[number], "", False, "Not run: the plugin does not load.", 0.0)  # noqa: FBT003
        return
    with ThreadPoolExecutor(at_once) as pool:
        due: list[Future[CheckResult]] = []
        for descriptor in facts["descriptors"]:
            if plugin.generators and descriptor["id"] not in plugin.generators:
                continue
            chosen = numbers
            if descriptor.get("teaches") and plugin.trainer_checks:
                chosen = [number for number in numbers if number in plugin.trainer_checks]
            groups = _groups(chosen)
            promised: dict[int, Future[CheckResult]] = {number: Future() for group in groups for number in group}
            same = _SameBytes()
            for hash_seed, group in enumerate(groups, 1):
                pool.submit(_run_together, plugin, descriptor, group, hash_seed, promised, same)
            due += [promised.get(number) or pool.submit(run_check, plugin, descriptor, number) for number in chosen]
        try:
            for future in due:
                yield future.result()
        finally:
            for future in due:
                future.cancel()


def _groups(chosen: Collection[int]) -> list[list[int]]:
    """`TOGETHER` as far as it is chosen: without lone checks, and without 10 where it has but one of its two runs."""
    groups = [[number for number in group if number in chosen] for group in TOGETHER]
    if sum(10 in group for group in groups if len(group) > 1) < 2:
        groups = [[number for number in group if number != 10] for group in groups]
    return [group for group in groups if len(group) > 1]


class _SameBytes:
    """Check 10 where its two runs are made by two groups: whichever comes second compares."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
        self._turn = Lock()

    def compared(self, answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The check's answer; None while the other run is still to come."""
        with self._turn:
            if self._answers.empty():
                self._answers.put(answer)
                return None
            return _compared(self._answers.get(), answer)


def _run_together(
    plugin: Plugin,
    descriptor: Mapping[str, Json],
    group: Sequence[int],
    hash_seed: int,
    promised: Mapping[int, Future[CheckResult]],
    same: _SameBytes,
) -> None:
    """Run checks one after another in one process and keep their promises.

    From the first that does not pass there, each gets a process of its own.
    """
    answering = _ask_each(plugin, group, descriptor["id"], hash_seed)
    try:
        for number in group:
            started = time.monotonic()
            answer: Mapping[str, Any] | None = next(answering, {"failed": ""})
            if number == 10:
                answer = same.compared(answer or {})
            if answer is None:
                continue
            if not promised[number].set_running_or_notify_cancel():
                return
            alone = "failed" in answer
            verdict = run_check(plugin, descriptor, number) if alone else _verdict(descriptor, number, answer, started)
            promised[number].set_result(verdict)
    except BaseException as error:
        for number in group:
            if not promised[number].done():
                promised[number].set_exception(error)
        raise
    finally:
        answering.close()


def run_check(plugin: Plugin, descriptor: Mapping[str, Json], number: int) -> CheckResult:
    """Run one check on one generator."""
    started = time.monotonic()
    own: dict[int, Callable[[Plugin, Mapping[str, Json]], dict[str, Any]]] = {
        2: _light_import, 3: _pure_import, 4: _stable_description, 5: _parameters, 10: _same_bytes, 20: _in_worker,
    }  # fmt: skip
    run = own.get(number)
    answer = run(plugin, descriptor) if run else _ask(plugin, number, descriptor["id"])
    return _verdict(descriptor, number, answer, started)


def _verdict(descriptor: Mapping[str, Json], number: int, answer: Mapping[str, Any], started: float) -> CheckResult:
    return CheckResult(
        number=number,
        name=CHECKS[number],
        generator=descriptor["id"],
        passed="failed" not in answer,
        reason=answer.get("failed") or answer.get("remark", ""),
        seconds=round(time.monotonic() - started, 2),
        details=answer.get("details", ""),
    )


def import_facts(plugin: Plugin, hash_seed: int = 0) -> dict[str, Any]:
    """What importing the plugin costs and touches and what it describes; ``failed`` when it cannot be loaded."""
    return _ask(plugin, "import", "", hash_seed)


def _light_import(plugin: Plugin, descriptor: Mapping[str, Json]) -> dict[str, Any]:
    """2. The better of three processes counts: the first may have to read everything from a cold disk."""
    del descriptor
    tries = []
    for _ in range(3):
        facts = import_facts(plugin)
        if "failed" in facts:
            return facts
        if facts["heavy"]:
            return {"failed": f"Importing it brings {', '.join(facts['heavy'])} along; import them inside generate."}
        tries.append(facts["seconds"])
        if min(tries) < IMPORT_LIMIT:
            return {"remark": f"{1000 * min(tries):.0f} ms"}
    return {
        "failed": f"Importing it takes {1000 * min(tries):.0f} ms; at most {1000 * IMPORT_LIMIT:.0f} ms are allowed."
    }


def _pure_import(plugin: Plugin, descriptor: Mapping[str, Json]) -> dict[str, Any]:
    del descriptor
    facts = import_facts(plugin)
    if "failed" in facts:
        return facts
    if facts["touched"]:
        return {"failed": f"While it is imported it touches {facts['touched'][0]}."}
    if facts["threads"] > 0:
        return {"failed": "While it is imported it starts a thread."}
    if facts["printed"]:
        return {"failed": "While it is imported it prints."}
    return {}


def _stable_description(plugin: Plugin, descriptor: Mapping[str, Json]) -> dict[str, Any]:
    del descriptor
    texts = set()
    for hash_seed in (1, 2):
        facts = import_facts(plugin, hash_seed)
        if "failed" in facts:
            return facts
        texts.add(json.dumps(facts["descriptors"]))
    return {} if len(texts) == 1 else {"failed": "Its description differs between processes; a set may be to blame."}


def _parameters(plugin: Plugin, descriptor: Mapping[str, Json]) -> dict[str, Any]:
    known = {name for plain in descriptor["fields"] for name in (plain["name"], *plain.get("aliases", ()))}
    lost = [name for name in plugin.baseline.get(descriptor["id"], ()) if name not in known]
    if lost:
        return {"failed": f"Parameter “{lost[0]}” of an earlier release is gone; keep its name among the aliases."}
    return _ask(plugin, 5, descriptor["id"])


def _same_bytes(plugin: Plugin, descriptor: Mapping[str, Json]) -> dict[str, Any]:
    first, second = (_ask(plugin, 10, descriptor["id"], hash_seed) for hash_seed in (1, 2))
    return _compared(first, second)


def _compared(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    for answer in (first, second):
        if "failed" in answer:
            return dict(answer)
    if first["remark"] != second["remark"]:
        return {"failed": "The same request gives other bytes in another process."}
    return {}


def _in_worker(plugin: Plugin, descriptor: Mapping[str, Json]) -> dict[str, Any]:
    estimate = float(descriptor["needs"]["ram_gb"])
    if plugin.worker is None:
        answer = _ask(plugin, 20, descriptor["id"])
        if "failed" in answer:
            return answer
        peak, where = int(answer["peak"]), " in a plain process, as the studio's worker is not at hand"
    else:
        from studio.sdk.generator import GeneratorSpec
        from studio.sdk.testing.samples import reduced_fields, sample_input

        fields = GeneratorSpec.from_json(descriptor).fields
        inputs = {known.name: sample_input(known.kind) for known in fields if known.is_input and known.required}
        values = reduced_fields(fields) if descriptor.get("teaches") else {}
        run = plugin.worker(descriptor, {**values, **plugin.given.get(descriptor["id"], {})}, inputs)
        if run.error or not run.kinds:
            return {"failed": f"In the studio's worker it fails: {run.error or 'nothing was made'}"}
        if run.peak_bytes <= 0:
            return {"failed": "The studio's worker did not tell how much memory it took."}
        peak, where = run.peak_bytes, ""
    if peak > estimate * 1e9:
        return {"failed": f"It takes {peak / 1e9:.2f} GB{where}; its `needs` say {estimate:g} GB."}
    return {"remark": f"{peak / 1e9:.2f} of {estimate:g} GB{where}"}


def _ask(plugin: Plugin, check: int | str, generator: str, hash_seed: int = 0) -> dict[str, Any]:
    """Run a check in a process of its own and return its answer."""
    (answer,) = _ask_each(plugin, (check,), generator, hash_seed)
    return answer


def _ask_each(
    plugin: Plugin, checks: Sequence[int | str], generator: str, hash_seed: int = 0
) -> Generator[dict[str, Any]]:
    """Run checks one after another in one process; see `asking.answers`."""
    request = {
        "path": list(plugin.path),
        "target": plugin.target,
        "checks": list(checks),
        "generator": generator,
        "given": dict(plugin.given.get(generator, {})),
        "budget": plugin.limit / BUDGETS,
    }
    return answers(request, hash_seed, plugin.limit)


def targets_of(name: str) -> list[str]:
    """The plugins, as ``"module:Class"``, of an installed distribution; a name with a colon is one already.

    Raises:
        UserError: there is no such distribution, or it announces no plugin.
    """
    if ":" in name:
        return [name]
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        announced = distribution(name).entry_points.select(group=ENTRY_POINT_GROUP)
    except PackageNotFoundError:
        raise UserError(f"“{name}” is not installed.", hint="Install it first: pip install .") from None
    targets = [entry.value for entry in announced]
    if not targets:
        raise UserError(f"“{name}” announces no plugin in the group {ENTRY_POINT_GROUP}.")
    return targets
