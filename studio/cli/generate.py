"""``studio generate``: make something now, wait for it, and say where it is."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from studio.cli import common, exits
from studio.cli.target import Target
from studio.cli.watching import Watcher
from studio.disk.home import Home
from studio.sdk import GeneratorSpec, Json, ParameterError, UserError

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.engine.events import ItemSaved
    from studio.engine.requests import GenerationRequest
    from studio.library.library import Library


def run(argv: Sequence[str]) -> int:
    """Generate; exit code 0 when every job succeeded, 1 when one failed, 130 when cancelled."""
    arguments = _parser().parse_args(argv)
    from studio.engine.choices import check_sources
    from studio.engine.discovery.registry import Registry

    home = common.find_home(arguments)
    registry = Registry.discover(home)
    spec = registry.spec(arguments.id)
    if spec.teaches:
        raise UserError(f"{spec.title} teaches a model.", hint=f"Use: studio teach train {spec.id} --data NAME")
    target = Target.of(arguments.output, spec)
    with ExitStack() as stack:
        library = None
        if not arguments.no_library or _refers_to_items(arguments):
            library = stack.enter_context(common.open_library_if_possible(home))
        request = _request(arguments, spec, library)
        check_sources(home, spec, request.values)
        engine = stack.enter_context(open_engine(home, registry, library))
        return _run(engine, request.variations(arguments.count), target, library, arguments)


def _parser() -> argparse.ArgumentParser:
    made = common.parser("generate", "Make something with a generator and keep it in the library.")
    made.add_argument("id", help="which generator; see: studio generators")
    made.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="a parameter; may be repeated")
    made.add_argument(
        "--input", metavar="NAME=PATH|ITEM", action="append", default=[], help="a file or library item to start from"
    )
    made.add_argument("--seed", type=int, help="the same seed makes the same result; a new one is drawn without it")
    made.add_argument("--count", type=int, default=1, help="how many, with consecutive seeds")
    made.add_argument("-o", "--output", metavar="PATH", help="write the result to this file too, or into this folder/")
    made.add_argument("--no-library", action="store_true", help="do not keep it in the library (needs -o)")
    made.add_argument("--quiet", action="store_true", help="no progress on stderr")
    return made


@contextmanager
def open_engine(home: Home, registry: Any, library: Library | None, **how: Any) -> Iterator[Engine]:
    """An engine for one command, closed afterwards; it leaves other sessions' jobs alone."""
    from studio.engine.engine import Engine

    engine = Engine(home, registry, library, common.load_settings(home), adopt=False, **how)
    try:
        yield engine
    finally:
        engine.close()


def _request(arguments: argparse.Namespace, spec: GeneratorSpec, library: Library | None) -> GenerationRequest:
    from studio.engine.requests import GenerationRequest

    if not 1 <= arguments.count <= 10_000:
        raise UserError("--count must be from 1 to 10,000.")
    if arguments.no_library and not arguments.output:
        raise UserError("--no-library needs -o PATH, or the result would be lost.")
    values: dict[str, Json] = {}
    for entry in arguments.set:
        name, text = common.split(entry, "--set")
        known = _field(spec, name)
        values[known.name] = _reference(known.name, text, library) if known.is_input else _value(known, text)
    for entry in arguments.input:
        name, text = common.split(entry, "--input")
        known = _field(spec, name)
        if not known.is_input:
            raise ParameterError(f"{name} is not an input; use --set {name}=…", param=name)
        values[known.name] = _reference(name, text, library)
    return GenerationRequest.of(spec, values, arguments.seed, keep=not arguments.no_library)


def _value(known: Any, text: str) -> Json:
    """What was typed for a parameter; a place is noted in full, so that a retry finds it from wherever it is asked."""
    if known.kind in ("file", "folder") and text:
        text = str(common.expanded(text).absolute())
    value: Json = known.from_text(text)
    return value


def _field(spec: GeneratorSpec, name: str) -> Any:
    for known in spec.fields:
        if name == known.name or name in known.aliases:
            return known
    names = ", ".join(known.name for known in spec.fields) or "none"
    raise ParameterError(f"{spec.title} has no parameter “{name}”.", param=name, hint=f"It has: {names}.")


def _reference(name: str, text: str, library: Library | None) -> str:
    """A path that exists is a file; anything else must be an item, named by its id or the beginning of it."""
    if not text.strip():
        raise ParameterError(f"Nothing is given for “{name}”.", param=name)
    path = common.expanded(text)
    if _surely(path.is_file):
        return f"file:{path.absolute()}"
    if _surely(path.is_dir):
        raise ParameterError(f"{name}: “{text}” is a folder; name a file in it.", param=name)
    if _surely(path.exists):
        raise ParameterError(f"{name}: “{text}” is no ordinary file.", param=name)
    if library is None:
        raise ParameterError(f"{name}: there is no file “{text}”.", param=name)
    try:
        return f"item:{library.resolve(text).id}"
    except (UserError, OSError) as error:
        said = error.message if isinstance(error, UserError) else f"{error.strerror}."
        raise ParameterError(f"{name}: there is no file “{text}”, and: {said}", param=name) from error


def _refers_to_items(arguments: argparse.Namespace) -> bool:
    return any(not _surely(common.expanded(entry.partition("=")[2]).is_file) for entry in arguments.input)


def _surely(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:  # too long, or in a folder that may not be looked into
        return False


def _run(
    engine: Engine,
    requests: Sequence[GenerationRequest],
    target: Target,
    library: Library | None,
    arguments: argparse.Namespace,
) -> int:
    asks_json = common.wants_json(arguments)
    delivery = _Delivery(target, library, kept=not arguments.no_library, told=not asks_json)
    with Watcher(engine, quiet=arguments.quiet or asks_json, deliver=delivery.take) as watcher:
        jobs, cancelled = watcher.make(requests)
        watcher.tell(delivery.take_rest())
    failures = [*watcher.failures(jobs), *delivery.failures]
    if asks_json:
        seeds = {job.id: job.request.seed for job in jobs}
        results = [delivery.results[saved.path] for saved in watcher.saved]
        plain = [{**result, "seed": seeds.get(result["job"])} for result in results]
        common.print_json({"items": plain, "failures": failures})
    if cancelled:
        common.warn("Cancelled.")
        return exits.CANCELLED
    for failure in failures:
        common.warn(common.told(failure["message"], failure["param"], failure["hint"]))
    if not failures:
        return exits.OK
    return exits.WRONG_INPUT if all(failure["reason"] == "user" for failure in failures) else exits.FAILED


class _Delivery:
    """Takes each result to where ``-o`` wants it, as soon as it is saved.

    Args:
        target: where ``-o`` wants results.
        library: where they are kept, if it is open.
        kept: whether results stay in the library, or as files where it cannot be opened.
        told: whether each result's places are returned as lines to be told at once.

    Attributes:
        results: what is said of each result, by its path.
        failures: results that could not be written where they are wanted.
    """

    def __init__(self, target: Target, library: Library | None, *, kept: bool, told: bool) -> None:
        self.results: dict[str, dict[str, Any]] = {}
        self.failures: list[dict[str, Any]] = []
        self._target = target
        self._library = library
        self._kept = kept
        self._told = told
        self._left: list[ItemSaved] = []

    def take(self, saved: ItemSaved) -> list[str]:
        """Deliver one result, unless it may be a by-product; returns the lines to be told of it."""
        if self._target.may_be_beside(saved):
            self._left.append(saved)
            return []
        return self._deliver(saved)

    def take_rest(self) -> list[str]:
        """Deliver what may have been by-products, when all else is; returns the lines to be told."""
        return [line for saved in self._left for line in self._deliver(saved)]

    def _deliver(self, saved: ItemSaved) -> list[str]:
        try:
            files = self._target.write(saved, self._library)
        except (OSError, UserError) as error:
            files = self._target.rescue(saved)
            self._failed(saved, error, files)
        if self._kept and not files:
            files = [str(saved.path)]
        self.results[saved.path] = {
            "id": saved.item if self._kept else "", "kind": saved.kind, "job": saved.job_id, "files": files,
        }  # fmt: skip
        return files if self._told else []

    def _failed(self, saved: ItemSaved, error: OSError | UserError, files: list[str]) -> None:
        from dataclasses import asdict

        from studio.engine.jobs import Failure

        said = error.message if isinstance(error, UserError) else f"{error.strerror or error}: {error.filename}."
        where = f"It is in {files[0]}." if files else "The result is in the library." if self._kept else ""
        self.failures.append({"job": saved.job_id, **asdict(Failure(said, where, reason="output"))})
