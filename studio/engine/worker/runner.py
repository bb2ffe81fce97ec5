"""Runs one request after another on the worker's generator thread."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import GeneratorType
from typing import Any

from studio.engine.discovery.loading import load_generator
from studio.engine.protocol import Frame
from studio.engine.worker import devices, remedies
from studio.engine.worker.context import FINISHED_SIDE, WorkerContext
from studio.engine.worker.keeping import LEAVING_SECONDS, Keeper, NotSaved
from studio.engine.worker.link import Link
from studio.engine.worker.network import NetworkGuard
from studio.engine.worker.residency import Residency, memory_in_use, peak_memory
from studio.engine.worker.shortage import free_bytes, is_out_of_memory, ran_out_on
from studio.engine.worker.teaching import LearningContext, Training, is_lesson, read_dataset
from studio.models.store import ModelStore
from studio.sdk import (
    Artifact,
    AudioChunk,
    Cancelled,
    Generator,
    GeneratorSpec,
    Image,
    Params,
    Result,
    TextDelta,
    Trainer,
    UserError,
    VideoFrame,
    check_values,
)

TEXT_LIMIT = 2000
"""Most characters of a failure's sentences."""

DETAILS_LIMIT = 50_000
"""Most characters of a failure's details; the last ones tell most."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all runs of a worker share.

    Attributes:
        link: the line to the host.
        residency: loaded models.
        models: where models lie.
        guard: the network's guard.
        device: the device the artist chose, or ``"auto"``.
        scratch: folder for temporary files.
        library: folder of the library.
    """

    link: Link
    residency: Residency
    models: ModelStore
    guard: NetworkGuard
    device: str
    scratch: Path
    library: Path


class Runner:
    """Owns the generator thread. `run`, `warm` and `cancel` are called on the control thread."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._orders: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._keeper = Keeper(around.library)
        self._running: WorkerContext | None = None
        self._cancelled_early: set[str] = set()
        self._told_devices = False
        self._handed_over = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the thread. It is a daemon: the process ends by the control thread's word, whatever a plugin does."""
        threading.Thread(target=self._work, name="generator", daemon=True).start()

    @property
    def job_id(self) -> str:
        """The job that runs now, empty when none does."""
        running = self._running
        return "" if running is None else running.job_id

    def order(self, frame: Frame) -> None:
        """Queue a ``run`` or ``warm`` frame."""
        self._orders.put(frame)

    def cancel(self, job_id: str) -> None:
        """Cancel a job, whether it runs or still waits here."""
        with self._lock:
            if self._running is not None and self._running.job_id == job_id:
                self._running.cancelled.set()
            else:
                self._cancelled_early.add(job_id)

    def leave(self) -> None:
        """The process is about to end: let the thumbnail that is being made come to its end."""
        self._keeper.settle(LEAVING_SECONDS)

    def _work(self) -> None:
        """Follow orders for ever; when even this fails, end the process: the host sees that, and tells the artist."""
        try:
            while True:
                frame = self._orders.get()
                if frame.type == "warm":
                    self._warm(frame.body["modules"])
                else:
                    self._run(frame.body)
                self._report_memory()
        except BaseException:  # noqa: BLE001 - a thread that ended in silence would leave its job running for ever
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def _warm(self, modules: list[str]) -> None:
        import importlib

        for module in modules:
            try:
                importlib.import_module(module)
            except BaseException as error:  # noqa: BLE001 - warming up is a favour; the run itself tells what is wrong
                self._around.link.send("log", job="", line=f"{module} could not be loaded: {_said(error)}")
        self._around.link.send("warmed", modules=modules)

    def _report_memory(self) -> None:
        residency = self._around.residency
        self._around.link.send("memory", rss=memory_in_use(), peak=peak_memory(), loaded=residency.bytes)

    def _run(self, order: Mapping[str, Any]) -> None:
        link, job_id = self._around.link, str(order["job"])
        try:
            outcome = self._attempts(order)
        except Cancelled:
            outcome = {"state": "cancelled"}
        except UserError as error:
            outcome = _asked_for(error)
        except NotSaved as error:
            outcome = _failed("saving", error.message, error.hint)
        except BaseException as error:  # noqa: BLE001 - SystemExit too: whatever a plugin raises becomes a card
            outcome = _bug(error)
        finally:
            with self._lock:
                context, self._running = self._running, None
                self._cancelled_early.discard(job_id)
            if context is not None:
                context.close()
            self._around.residency.unpin()
        link.send("ended", job=job_id, **outcome)

    def _attempts(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Run; when memory ran out, give back all that is loaded and run once more."""
        self._handed_over = int(order["made"])
        try:
            self._attempt(order)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if self._running is not None:
                self._running.log(f"Out of memory ({_said(error)}); trying once more.")
        else:
            return {"state": "succeeded"}
        freed = self._around.residency.evict()
        try:
            self._attempt(order)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            device = devices.CPU.name if self._running is None else self._running.device
            return _out_of_memory(error, freed, device, order)
        return {"state": "succeeded"}

    def _attempt(self, order: Mapping[str, Any]) -> None:
        spec = GeneratorSpec.from_json(order["spec"])
        generator_class = load_generator(spec)
        torch_needed = "torch" in spec.needs.modules or spec.needs.gpu
        device = devices.choose(self._around.device, torch_needed=torch_needed)
        self._tell_devices(torch_needed=torch_needed)
        kind = LearningContext if issubclass(generator_class, Trainer) else WorkerContext
        context = self._context(order, device, kind)
        params = self._params(generator_class, order)
        context.check()
        self._around.link.send("started", job=context.job_id, device=device.name)
        training = self._training(generator_class, params, order, context)
        results = generator_class().generate(params, context)
        try:
            made = self._take(results, training, order, context)
        finally:
            # Run the generator's own clean-up now, not when memory happens to be collected.
            if isinstance(results, GeneratorType):
                results.close()
            if training is not None:
                training.close()
        if not made and not (training is not None and training.adopted):
            raise RuntimeError(f"{spec.title} ended without a result.")

    def _training(
        self, generator_class: type[Generator], params: Params, order: Mapping[str, Any], context: WorkerContext
    ) -> Training | None:
        """The run of a trainer; None for any other generator. Training gets all the memory there is."""
        if not isinstance(context, LearningContext):
            return None
        self._around.residency.evict()
        return Training.begin(generator_class, params, order, context)

    def _take(
        self, results: Iterator[Any], training: Training | None, order: Mapping[str, Any], context: WorkerContext
    ) -> int:
        """Show and keep all that a generator yields; returns the number of results.

        A further attempt has the same seed: what earlier ones handed over is left out. A training goes on instead.
        """
        spec = GeneratorSpec.from_json(order["spec"])
        begun = time.monotonic()
        index = 0
        for result in _checked(results, context):
            if training is not None and is_lesson(result):
                training.keep(result)
            elif training is None and index < self._handed_over:
                index += isinstance(result, Artifact)
            elif not isinstance(result, Artifact):
                self._show(context, result)
            else:
                _check_kind(result, spec)
                if isinstance(result, Image):
                    # Seen at once; encoding and flushing take longer than the eye should wait.
                    context.send_preview(result.pixels, FINISHED_SIDE)
                saved = self._keeper.keep(result, order, index=index, seconds=time.monotonic() - begun)
                index += 1
                self._handed_over = index
                self._around.link.send("saved", job=context.job_id, **saved)
                self._keeper.draw(result, saved, partial(self._drawn, context.job_id))
        return index

    def _drawn(self, job_id: str, item_id: str) -> None:
        self._around.link.send("drawn", job=job_id, item=item_id)

    def _tell_devices(self, *, torch_needed: bool) -> None:
        if torch_needed and not self._told_devices:
            self._told_devices = True
            self._around.link.send("devices", names=[device.name for device in devices.accelerators()])

    def _context(self, order: Mapping[str, Any], device: devices.Device, kind: type[WorkerContext]) -> WorkerContext:
        around = self._around
        context = kind(
            str(order["job"]),
            int(order["seed"]),
            device,
            link=around.link,
            residency=around.residency,
            models=around.models,
            scratch=around.scratch,
            online=around.guard.online,
        )
        with self._lock:
            if self._running is not None:
                self._running.close()
                if self._running.cancelled.is_set():
                    context.cancelled.set()
            self._running = context
            if context.job_id in self._cancelled_early:
                context.cancelled.set()
        return context

    def _params(self, generator_class: type[Generator], order: Mapping[str, Any]) -> Any:
        from studio.library import formats

        values = _current_values(generator_class, order)
        titles = {entry["field"]: entry["title"] for entry in order["parents"]}
        for known in generator_class.Params.fields:
            if known.is_input and values.get(known.name):
                kind = {"mask": "image", "text_in": "text"}.get(known.kind, known.kind)
                try:
                    made = formats.read(Path(order["inputs"][known.name]), kind)
                except UserError as error:
                    raise UserError(error.message, param=known.name, hint=error.hint) from error
                values[known.name] = made if made.title else replace(made, title=titles[known.name])
            elif known.kind == "dataset":
                values[known.name] = read_dataset(known, order["datasets"][known.name])
            elif known.kind == "size":
                values[known.name] = tuple(values[known.name])
        return generator_class.Params(**values)

    def _show(self, context: WorkerContext, delta: Result) -> None:
        link = self._around.link
        if isinstance(delta, TextDelta):
            link.send("text", job=context.job_id, text=str(delta.text))
        elif isinstance(delta, AudioChunk):
            import numpy as np

            samples = np.ascontiguousarray(delta.samples, dtype="<f4")
            if samples.ndim not in (1, 2) or 0 in samples.shape[1:]:
                raise ValueError(f"samples must be of shape [frames, channels], not {samples.shape}")
            channels = 1 if samples.ndim == 1 else samples.shape[1]
            link.send("audio", samples.tobytes(), job=context.job_id, rate=int(delta.sample_rate), channels=channels)
        elif isinstance(delta, VideoFrame):
            context.send_preview(delta.pixels)
        else:
            raise TypeError(f"a generator yielded {type(delta).__name__}, which is no result")


def _current_values(generator_class: type[Generator], order: Mapping[str, Any]) -> dict[str, Any]:
    """The request's values, migrated by the generator when they were meant for an older version of it."""
    values = dict(order["values"])
    if order["version"] == generator_class.version:
        return values
    return check_values(generator_class.Params.fields, generator_class.migrate(values, order["version"]))


def _checked(results: Iterator[Result], context: WorkerContext) -> Iterator[Result]:
    """Every yield is a cancel point."""
    for result in results:
        context.check()
        yield result
    context.check()


def _check_kind(artifact: Artifact, spec: GeneratorSpec) -> None:
    if artifact.kind not in spec.makes:
        declared = ", ".join(spec.makes)
        raise TypeError(f"{spec.title} made a result of the kind {artifact.kind}, but declares only: {declared}.")


def _out_of_memory(error: Exception, freed: int, device: str, order: Mapping[str, Any]) -> dict[str, Any]:
    needed = getattr(error, "needed_gb", None)
    short = ran_out_on(error, device)
    free = free_bytes(short) / 2**30
    what = "memory" if short == "cpu" else "graphics memory"
    known = f"needs about {needed:.1f} GB, " if needed else ""
    message = f"Not enough {what}: {known}{free:.1f} GB free."
    if freed:
        message += " Giving back the loaded models was not enough."
    spec = GeneratorSpec.from_json(order["spec"])
    own = getattr(error, "remedy", {})
    proposed = remedies.remedy(spec.fields, order["values"]) or remedies.checked(spec.fields, own)
    hint = remedies.hint(spec.fields, proposed)
    return _failed("memory", message, hint, details=traceback.format_exc(), remedy=proposed)


def _failed(
    reason: str,
    message: str,
    hint: str = "",
    param: str | None = None,
    details: str = "",
    remedy: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    failure = {
        "message": message[:TEXT_LIMIT],
        "hint": hint[:TEXT_LIMIT],
        "param": param,
        "reason": reason,
        "details": details[-DETAILS_LIMIT:],
        "remedy": dict(remedy or {}),
    }
    return {"state": "failed", "failure": failure}


def _asked_for(error: UserError) -> dict[str, Any]:
    """The plugin's word to the artist; made by the plugin, so nothing about it is certain."""
    param = getattr(error, "param", None)
    message = str(getattr(error, "message", "")) or _said(error)
    return _failed("user", message, str(getattr(error, "hint", None) or ""), None if param is None else str(param))


def _said(error: BaseException) -> str:
    """The first line of what an exception says; a plugin's may not even be able to say it."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - the plugin's own __str__
        return ""
    return lines[0] if lines else ""


def _bug(error: BaseException) -> dict[str, Any]:
    text = _said(error)
    said = f": {text}" if text else ""
    message = f"The generator has a fault ({type(error).__name__}{said})."
    hint = "Your other work is not affected. Try other values, or send the report to its author."
    outcome = _failed("bug", message, hint, details=traceback.format_exc())
    # After a fault inside a GPU kernel, everything later that this process asks of the GPU fails too.
    return {**outcome, "spoiled": True} if "CUDA error" in text or "HIP error" in text else outcome
