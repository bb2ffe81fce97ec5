"""The conformance checks that run in a process of their own: numbers 1 to 19, from a class to a verdict.

Every check is a function from a `Bench` to a remark, possibly empty; it raises `CheckFailed` with one sentence.
"""

from __future__ import annotations

import gc
import itertools
import mmap
import random
import statistics
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.sdk.describing import field_problems, problems_of
from studio.sdk.errors import Cancelled
from studio.sdk.generator import Generator
from studio.sdk.testing.clock import fair_time
from studio.sdk.testing.payloads import artifacts_in, fingerprint, payload_problems
from studio.sdk.testing.samples import Values, extremes, hostile
from studio.sdk.testing.trial import CheckFailed, Outcome, Trial
from studio.sdk.testing.watching import Snapshot, Watch
from studio.sdk.trainer import Checkpoint

SLICE = 2.0
"""Seconds one value of checks 8 and 9 may take before its run is cut short; the less, the more values there are."""

CANCEL_LIMIT = 2.0
"""Seconds after which a cancelled generator must have stopped."""

LEAK_TRACED, LEAK_RSS = 64 * 1024, 2 * 2**20
"""Bytes per run (median of eight) that count as a leak: of Python and numpy objects, and of the whole process."""


@dataclass
class Bench:
    """What a check works with.

    Attributes:
        trial: the generator with small values.
        watch: notes what the process touches; it was there before the plugin.
        before: the process before the plugin was imported.
        budget: seconds the values of check 8 or 9 share.
    """

    trial: Trial
    watch: Watch
    before: Snapshot
    budget: float

    @property
    def generator(self) -> type[Generator]:
        """The class under test."""
        return self.trial.generator


def identity(bench: Bench) -> str:
    """1: id, title and a docstring of its own."""
    _none(problems_of(bench.generator))
    words = (vars(bench.generator).get("__doc__") or "").split()
    if len(words) < 3:
        raise CheckFailed("The class needs a docstring that tells an artist what it makes.")
    return ""


def parameters(bench: Bench) -> str:
    """5: parameters that make sense."""
    fields = bench.generator.Params.fields
    for field in fields:
        _none(field_problems(field, fields))
        if not field.label.strip():
            raise CheckFailed(f"Parameter “{field.name}” has no label.")
        if any(not option.label.strip() for option in field.options):
            raise CheckFailed(f"Parameter “{field.name}” has an option without a label.")
    names = {field.name for field in fields}
    annotated = vars(bench.generator.Params).get("__annotations__", {}) if fields else {}
    if unknown := [name for name in annotated if name not in names and not name.startswith("_")]:
        raise CheckFailed(f"“{unknown[0]}” is annotated but made by no field function.")
    return ""


def defaults(bench: Bench) -> str:
    """6: the defaults run, and only declared kinds come out."""
    outcome = bench.trial.expect(bench.trial.run_defaults())
    declared = {made.kind for made in bench.generator.makes}
    made = [artifact.kind for artifact in artifacts_in(outcome.results)]
    if strangers := set(made) - declared:
        raise CheckFailed(f"It yields {', '.join(sorted(strangers))}, which `makes` does not declare.")
    smallest = " with the smallest parameters" if bench.trial.trains else ""
    return f"made {', '.join(made) or 'a model'}{smallest}"


def payloads(bench: Bench) -> str:
    """7: what comes out is valid."""
    outcome = bench.trial.expect(bench.trial.run())
    for artifact in artifacts_in(outcome.results):
        for problem in payload_problems(artifact):
            raise CheckFailed(f"{artifact.kind.capitalize()}: {problem}.")
    return ""


def edges(bench: Bench) -> str:
    """8: every minimum, maximum and option runs or raises `UserError`."""
    return _try_all(bench, extremes(bench.generator))


def bad_inputs(bench: Bench) -> str:
    """9: hostile inputs run or raise `UserError`."""
    return _try_all(bench, hostile(bench.generator))


def _try_all(bench: Bench, cases: Iterable[tuple[str, Values]]) -> str:
    """Run each case for its share of the check's time at most; what it makes must be valid."""
    deadline = fair_time() + bench.budget
    bench.trial.expect(bench.trial.run(limit=SLICE))  # loads its libraries
    due = list(cases)
    cut = 0
    for index, (name, values) in enumerate(due):
        share = (deadline - fair_time()) / (len(due) - index)
        try:
            outcome = bench.trial.run(values, limit=min(SLICE, share))
        except Exception as error:
            said = " ".join(str(error).split())[:120]
            raise CheckFailed(f"With {name} it fails: {type(error).__name__}: {said}") from error
        cut += outcome.cut
        for artifact in artifacts_in(outcome.results):
            for problem in payload_problems(artifact):
                raise CheckFailed(f"With {name}, {artifact.kind}: {problem}.")
    tried = f"{len(due)} tried" if due else "none to try"
    return f"{tried}, {cut} cut short for lack of time" if cut else tried


def same_seed(bench: Bench) -> str:
    """10, one half: the fingerprint; whoever asked compares it with that of another process."""
    return bench.trial.expect(bench.trial.run(seed=11)).fingerprint


def other_seed(bench: Bench) -> str:
    """11: another seed gives other bytes, unless the generator never looks at the seed."""
    first = bench.trial.expect(bench.trial.run(seed=1))
    if not first.ctx.used_seed:
        return "does not use the seed"
    for seed in (2, 3, 5):
        if bench.trial.expect(bench.trial.run(seed=seed)).fingerprint != first.fingerprint:
            return ""
    raise CheckFailed("Other seeds give the same bytes.")


def global_random(bench: Bench) -> str:
    """12: the global random generators are neither used nor touched."""
    bench.trial.expect(bench.trial.run())  # loads its libraries
    _seed_globals(1)
    before = _global_states()
    first = bench.trial.expect(bench.trial.run())
    after = _global_states()
    if changed := [name for name, state in before.items() if after[name] != state]:
        raise CheckFailed(f"It touches the global random generator of {', '.join(changed)}; use ctx.rng().")
    _seed_globals(2)
    if bench.trial.expect(bench.trial.run()).fingerprint != first.fingerprint:
        raise CheckFailed("Its result depends on a global random generator; use ctx.rng().")
    return ""


def _seed_globals(seed: int) -> None:
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def _global_states() -> dict[str, str]:
    states = {"random": repr(random.getstate())}
    if numpy := sys.modules.get("numpy"):
        states["numpy"] = repr([getattr(part, "tolist", lambda part=part: part)() for part in numpy.random.get_state()])
    if torch := sys.modules.get("torch"):
        states["torch"] = repr(torch.random.get_rng_state().tolist())
    return states


def progress(bench: Bench) -> str:
    """13: progress is there, grows, and stays within its total."""
    steps = bench.trial.expect(bench.trial.run()).ctx.steps
    if not steps:
        raise CheckFailed("It reports no progress; call ctx.progress(done, total).")
    last = -1.0
    for done, total, message in steps:
        if not (isinstance(message, str) and total > 0 and 0 <= done <= total):
            raise CheckFailed(f"It reports {done} of {total}.")
        if done < last:
            raise CheckFailed(f"Its progress goes back from {last:g} to {done:g}.")
        last = done
    return f"{len(steps)} steps"


def cancelling(bench: Bench) -> str:
    """14: every wait for a cancel point is short, a cancelled run ends at once, and it runs again."""
    trial = bench.trial
    reference = trial.expect(trial.run())
    full, longest = _longest_wait(trial)
    for _ in range(2):
        if longest > CANCEL_LIMIT:  # a collection or a slow disk may have been in the way
            longest = min(longest, _longest_wait(trial)[1])
    if longest > CANCEL_LIMIT:
        raise CheckFailed(
            f"It goes {longest:.1f} s without a cancel point; call ctx.check() or ctx.progress() more often."
        )
    _cancel_at(trial, max(1, full // 2))
    _close_at_first_result(trial)
    if trial.expect(trial.run()).fingerprint != reference.fingerprint:
        raise CheckFailed("After it was cancelled, the same request gives another result.")
    return f"longest wait {longest:.2f} s"


def _longest_wait(trial: Trial) -> tuple[int, float]:
    """Number of cancel points of a default run, and the longest time between two, first and last included.

    A `yield` is a cancel point too, so results count as such.
    """
    started = fair_time()
    ctx, results = trial.stream()
    yields = [fair_time() for _ in results]
    marks = sorted([started, *yields, *ctx.stamps, fair_time()])
    return ctx.points, max(later - earlier for earlier, later in itertools.pairwise(marks))


def _close_at_first_result(trial: Trial) -> None:
    """Cancel where it yields: the host then closes the iterator."""
    _, results = trial.stream(trial.small)
    next(results, None)
    close = getattr(results, "close", None)
    started = fair_time()
    try:
        if close is not None:
            close()
    except Exception as error:
        raise CheckFailed(f"Closed at a yield, it raises {type(error).__name__}.") from error
    if fair_time() - started > CANCEL_LIMIT:
        raise CheckFailed(f"It goes on for more than {CANCEL_LIMIT:g} s after it was closed at a yield.")


def _cancel_at(trial: Trial, point: int) -> None:
    """Cancel a default run at one of its cancel points and see that it ends there."""
    ctx, results = trial.stream(cancel_after=point)
    passed_on, yielded_after = False, 0
    try:
        for _ in results:
            yielded_after += ctx.raised_at > 0
    except Cancelled:
        passed_on = True
    except Exception as error:
        raise CheckFailed(f"Cancelled, it raises {type(error).__name__} instead of letting Cancelled pass.") from error
    if yielded_after:
        raise CheckFailed("It yields results after it was cancelled.")
    if ctx.raised_at and not passed_on:
        raise CheckFailed("It swallows sdk.Cancelled.")
    if ctx.raised_at and fair_time() - ctx.raised_at > CANCEL_LIMIT:
        raise CheckFailed(f"It goes on for more than {CANCEL_LIMIT:g} s after it was cancelled.")


def in_between(bench: Bench) -> str:
    """15: A, B, A: what ran in between does not change a result."""
    trial = bench.trial
    first = trial.expect(trial.run(seed=21))
    trial.run(next((values for _, values in extremes(trial.generator)), {}), seed=22, limit=SLICE)
    if trial.expect(trial.run(seed=21)).fingerprint != first.fingerprint:
        raise CheckFailed("The same request gives another result after a different one ran in between.")
    return ""


def leaks(bench: Bench) -> str:
    """16: eight runs take no more memory each time; the median growth counts, so filling a cache is no leak."""
    trial = bench.trial
    for seed in (1, 2):
        trial.expect(trial.run(seed=seed, limit=2 * bench.budget / 9))
    tracemalloc.start()
    traced, resident = [], []
    for seed in range(9):
        trial.run(seed=seed, limit=2 * bench.budget / 9)
        gc.collect()
        traced.append(tracemalloc.get_traced_memory()[0])
        resident.append(resident_bytes())
    tracemalloc.stop()
    grown, swollen = _median_growth(traced), _median_growth(resident)
    if grown > LEAK_TRACED:
        raise CheckFailed(f"Each run keeps about {grown / 1024:.0f} KiB more than the one before.")
    if swollen > LEAK_RSS:
        raise CheckFailed(f"The process grows by about {swollen / 2**20:.1f} MiB with each run.")
    return f"{max(0, grown) / 1024:.1f} KiB a run"


def _median_growth(sizes: list[int]) -> float:
    return statistics.median(later - earlier for earlier, later in itertools.pairwise(sizes))


def resident_bytes() -> int:
    """Main memory this process takes; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0


def after_unload(bench: Bench) -> str:
    """17: it runs again after its loaded objects were given back."""
    first = bench.trial.expect(bench.trial.run())
    bench.trial.unload()
    gc.collect()
    if bench.trial.expect(bench.trial.run()).fingerprint != first.fingerprint:
        raise CheckFailed("After an unload the same request gives another result.")
    return _going_on(bench.trial, first) if bench.trial.trains else ""


def _going_on(trial: Trial, first: Outcome) -> str:
    """A training that was stopped after its last checkpoint, before the model was there, gives the same model."""
    checkpoints = [result for result in first.results if isinstance(result, Checkpoint)]
    if not checkpoints:
        raise CheckFailed("It yields no checkpoint; end training with: yield from loop.finish()")
    again = trial.expect(trial.run(resume=checkpoints[-1].folder))
    if fingerprint(again.results[-1:]) != fingerprint(first.results[-1:]):
        raise CheckFailed("Going on from its last checkpoint gives another model.")
    return "goes on from its last checkpoint"


def declared_only(bench: Bench) -> str:
    """18: no writing outside ctx.tmp, no network and no programs that `needs` does not declare."""
    watch, needs = bench.watch, bench.generator.needs
    temporary = Path(tempfile.gettempdir()).resolve()
    watch.allowed += [
        str(temporary / own) for own in ("studio-test-", "torchinductor_")
    ]  # the latter torch makes itself
    with watch:
        bench.trial.expect(bench.trial.run())
    if watch.writes:
        raise CheckFailed(f"It changes files outside ctx.tmp: {watch.writes[0]}")
    if watch.network and not needs.network:
        raise CheckFailed(f"It uses the network without declaring it: {watch.network[0]}")
    if watch.processes and not needs.processes:
        raise CheckFailed(f"It starts programs without declaring it: {watch.processes[0]}")
    return ""


def left_clean(bench: Bench) -> str:
    """19: the process is as it was: threads, folder, environment, signals, settings of libraries."""
    bench.trial.expect(bench.trial.run())
    _none(f"{problem[:1].upper()}{problem[1:]}." for problem in bench.before.differences(deep=False))
    warm = Snapshot()
    bench.trial.expect(bench.trial.run())
    _none(f"{problem[:1].upper()}{problem[1:]}." for problem in warm.differences(deep=True))
    return ""


def _none(problems: Iterable[str]) -> None:
    for problem in problems:
        raise CheckFailed(problem[:1].upper() + problem[1:])


RUNNING: dict[int, Callable[[Bench], str]] = {
    1: identity,
    5: parameters,
    6: defaults,
    7: payloads,
    8: edges,
    9: bad_inputs,
    10: same_seed,
    11: other_seed,
    12: global_random,
    13: progress,
    14: cancelling,
    15: in_between,
    16: leaks,
    17: after_unload,
    18: declared_only,
    19: left_clean,
}
"""Checks that need the class, by number; 2, 3 and 4 look at the import, 20 at the worker."""
