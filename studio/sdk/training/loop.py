"""The training loop: optimizer steps, moving averages, checkpoints, and randomness that depends on the step alone.

Every random number of a step comes from streams seeded by the run's seed and the step's number, never from a state
that lives on. So a run that goes on from a checkpoint draws what the unbroken run would have drawn, and its weights are
the same, bit for bit, on a CPU.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.sdk.trainer import Checkpoint, Lesson, Metric, TrainingContext
from studio.sdk.training.precision import full_precision, mixed_precision
from studio.sdk.training.states import load_checkpoint, load_looks, load_sums, save_checkpoint
from studio.sdk.training.stopping import Looks

if TYPE_CHECKING:
    import numpy as np
    import torch

METRIC_STEPS = 10
"""Steps whose values are averaged into one point of a curve."""

TIMED_STEPS = 3
"""Steps that a forecast times, after one that it does not."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The learning rate as a factor on its peak: warm up, hold, fall (Hu et al. 2024, "MiniCPM", section 4).

    Attributes:
        warmup, decay: shares of the run for the rise from 0 and for the fall to 0.
    """

    warmup: float = 0.02
    decay: float = 0.3

    def factor(self, done: float) -> float:
        """The factor when the share `done` of the run is over, 0 … 1."""
        rise = (done + 1e-3) / self.warmup if self.warmup else 1.0
        fall = (1.0 - done) / self.decay if self.decay else 1.0
        return max(0.0, min(1.0, rise, fall))


class Loop:
    """Iterate over it for the steps that are left; resumes from ``ctx.resume`` by itself.

    One step reads like this::

        loop = Loop(ctx, {"model": model}, {"model": optimizer}, steps=params.steps, average=0.999)
        for step in loop:
            loss = loss_of(model, batch_at(loop.random))
            loop.learn("model", loss)
            yield from loop.report(loss=loss)
            if time_to_look(step):
                yield from loop.look(metrics_and_samples(loop.averaged["model"]))
        yield from loop.finish()

    What a recipe yields for a step is safe before the checkpoint of that step is: it is written when the next step
    begins, and handed over by that step's `report`. So going on from it never leaves out a sample or a look.

    Attributes:
        modules: the networks by name, on their device, calls of which compute in bfloat16 where the device is good at
            it. With several processes each has its own, and `learn` keeps them the same.
        averaged: exponential moving averages of the networks' weights, by name; the networks themselves without
            `average`. Use these for samples and for the result. Behind the last step, with `patience`, they hold what
            they held at the best look.
        device: where to compute, a ``torch.device``.
        random: numpy generator of this step: for the choice of examples.
        noise: ``torch.Generator`` of this step on the CPU; torch's global state is seeded per step too.
        steps: the run's length.
        step: steps taken.
    """

    modules: dict[str, Any]
    averaged: dict[str, Any]
    random: np.random.Generator
    noise: torch.Generator

    def __init__(
        self,
        ctx: TrainingContext,
        modules: Mapping[str, Any],
        optimizers: Mapping[str, Any],
        *,
        steps: int,
        average: float = 0.0,
        schedule: Schedule | None = None,
        clip: float = 1.0,
        patience: int = 0,
    ) -> None:
        """Take over networks and optimizers, and load the last checkpoint of this run if there is one.

        Args:
            ctx: the host.
            modules: ``torch.nn.Module`` by name.
            optimizers: ``torch.optim.Optimizer`` by name, as `learn` names them.
            steps: optimizer steps of the whole run.
            average: decay of the moving average per step, 0 for none; grows from 0 at first (see `_decay`).
            schedule: how learning rates change; None keeps them.
            clip: largest norm of a step's gradients, 0 for no limit.
            patience: looks without a lower held-out loss after which the run ends, see `look`; 0 for never.
        """
        import accelerate
        import torch

        on_cpu = ctx.device == "cpu"
        precision = "bf16" if ctx.dtype == "bfloat16" and not on_cpu else "no"
        self._accelerator = accelerate.Accelerator(cpu=on_cpu, mixed_precision=precision)
        self._ctx, self._average, self._schedule, self._clip = ctx, average, schedule, clip
        self.steps, self.step = steps, 0
        self.device = self._accelerator.device
        # Not for training in accelerate's sense, which with several processes would hide a network's own methods.
        self.modules = {
            name: self._accelerator.prepare_model(mixed_precision(module, self.device), evaluation_mode=True)
            for name, module in modules.items()
        }
        self.averaged = {name: _copy(module) if average else module for name, module in self.modules.items()}
        self._optimizers = dict(optimizers)
        self._peaks = {name: [group["lr"] for group in one.param_groups] for name, one in self._optimizers.items()}
        self._sums: dict[str, tuple[float, int]] = {}
        self._looks = Looks(patience)
        self._best = {name: _copy(module) for name, module in self.averaged.items()} if patience else {}
        if ctx.resume is not None:
            self.step = load_checkpoint(ctx.resume, self._states(), self._optimizers)
            self._sums = load_sums(ctx.resume)
            self._looks.seen = load_looks(ctx.resume)
        self._saved_at, self._saved_step = time.monotonic(), self.step
        self._written: Checkpoint | None = None
        self._agree()
        self._global = torch.get_rng_state()
        self._draw()

    def __iter__(self) -> Iterator[int]:
        import torch

        try:
            last = self.steps if self._ctx.until is None else min(self.steps, self._ctx.until)
            while self.step < last and not self._is_over():
                self._ctx.check()
                self._save_when_due()
                self._draw()
                self._set_rates()
                yield self.step
                self.step += 1
            if self.step >= self.steps or self._is_over():  # a model of a checkpoint is made of that one's weights
                self._take_best()
        finally:
            torch.set_rng_state(self._global)

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that samples and saves; the only one unless several were launched."""
        return bool(self._accelerator.is_main_process)

    def learn(self, names: str | Sequence[str], loss: torch.Tensor) -> None:
        """One step down the gradient of `loss` (a scalar) with the optimizer of this name, or with several.

        Several share one gradient, clipped as a whole: e.g. one optimizer for matrices and one for all else. With
        several processes the gradient is the mean of theirs.
        """
        import torch

        optimizers = [self._optimizers[name] for name in ([names] if isinstance(names, str) else names)]
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        groups = [group for optimizer in optimizers for group in optimizer.param_groups]
        weights = [weight for group in groups for weight in group["params"]]
        self._share([weight.grad for weight in weights if weight.grad is not None])
        if self._clip:
            torch.nn.utils.clip_grad_norm_(weights, self._clip)
        for optimizer in optimizers:
            optimizer.step()

    def report(self, *, message: str = "", preview: Any = None, **values: Any) -> Iterator[Metric | Checkpoint]:
        """End a step: move the averages on, tell curves and progress, and hand a checkpoint over. Yield from it.

        Args:
            message: what is happening, for the progress line.
            preview: as in ``ctx.progress``.
            values: what to draw as curves, scalars; ``held_out_loss`` becomes the curve "held out loss".
        """
        if self._written is not None:
            written, self._written = self._written, None
            yield written
        self._move_averages()
        done = self.step + 1
        for name, value in values.items():
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + float(value), count + 1)
        self._ctx.progress(done, self.steps, message, preview)
        if done % METRIC_STEPS == 0 or done == self.steps:
            yield from self._points(done)

    def look(self, lessons: Iterable[Lesson]) -> Iterator[Lesson]:
        """Hand on what a look at held-out data yields, after `report`. Yield from it.

        The first metric among `lessons` is the loss that early stopping goes by: lower is better.
        """
        has_told = False
        for lesson in lessons:
            if isinstance(lesson, Metric) and self._looks.patience and not has_told:
                has_told = True
                if not math.isfinite(lesson.value):
                    raise _diverged(lesson.name, self.step + 1)
                if self._looks.add(self.step + 1, lesson.value):
                    _fill(self._best, self.averaged)
            yield lesson

    def finish(self) -> Iterator[Metric | Checkpoint]:
        """The last checkpoint, so that what follows (sampling, evaluating) never has to train again."""
        yield self.checkpoint(self.step)

    def checkpoint(self, step: int) -> Checkpoint:
        """Save everything that `step` more steps led to."""
        folder = self._ctx.tmp / f"checkpoint-{step}"
        save_checkpoint(folder, step, self._states(), self._optimizers, self._sums, self._looks.seen)
        self._saved_at, self._saved_step = time.monotonic(), step
        return Checkpoint(step, folder)

    def _save_when_due(self) -> None:
        """Write the checkpoint of the steps taken: now that all was yielded that belongs to them."""
        if self.step > self._saved_step and time.monotonic() - self._saved_at >= self._ctx.checkpoint_seconds:
            self._written = self.checkpoint(self.step)

    def _is_over(self) -> bool:
        """Whether patience has run out in the first process, which is the one that looks."""
        import torch
        from accelerate.utils import broadcast

        if not self._looks.patience or self._accelerator.num_processes == 1:
            return self._looks.over
        return bool(broadcast(torch.tensor(int(self._looks.over), device=self.device)))

    def _take_best(self) -> None:
        """Make the averages those of the best look; a run without a look keeps the last ones."""
        if not (self._looks.patience and self._looks.seen):
            return
        _fill(self.averaged, self._best)
        best = self._looks.best_step
        self._ctx.log(
            f"Ended after {self.step:,} steps; the model is that of step {best:,}, the best on held-out data."
        )

    def _share(self, gradients: Sequence[torch.Tensor]) -> None:
        """Replace these by their means over all processes."""
        import torch

        if self._accelerator.num_processes > 1:
            flat = self._accelerator.reduce(torch.cat([one.flatten() for one in gradients]), "mean")
            for one, mean in zip(gradients, flat.split([one.numel() for one in gradients]), strict=True):
                one.copy_(mean.view_as(one))

    def _agree(self) -> None:
        """Give every process the weights of the first one."""
        import torch
        from accelerate.utils import broadcast

        if self._accelerator.num_processes > 1:
            with torch.no_grad():
                for module in self._states().values():
                    for tensor in module.state_dict().values():
                        tensor.copy_(broadcast(tensor))

    def _points(self, done: int) -> Iterator[Metric]:
        for name, (total, count) in self._sums.items():
            value = total / count
            if not math.isfinite(value):
                raise _diverged(name, done)
            yield Metric(name.replace("_", " "), done, value)
        self._sums.clear()

    def _draw(self) -> None:
        import numpy as np
        import torch

        words = [self._ctx.seed, self.step, self._accelerator.process_index]
        self.random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
        seed = int(self.random.integers(2**62))
        self.noise = torch.Generator().manual_seed(seed)
        # Not torch.manual_seed, which formats the whole stack each time, for GPUs that may not be there.
        torch.default_generator.manual_seed(seed)
        if self.device.type != "cpu":
            torch.get_device_module(self.device).manual_seed(seed)

    def _set_rates(self) -> None:
        if self._schedule is None:
            return
        factor = self._schedule.factor(self.step / max(1, self.steps))
        for name, optimizer in self._optimizers.items():
            for group, peak in zip(optimizer.param_groups, self._peaks[name], strict=True):
                group["lr"] = peak * factor

    def _decay(self) -> float:
        """Early weights are forgotten sooner (as in TensorFlow's ExponentialMovingAverage with `num_updates`)."""
        return min(self._average, (1 + self.step) / (10 + self.step))

    def _move_averages(self) -> None:
        if not self._average:
            return
        import torch

        keep = self._decay()
        with torch.no_grad():
            for name, averaged in self.averaged.items():
                module = self.modules[name]
                torch._foreach_lerp_(list(averaged.parameters()), list(module.parameters()), 1 - keep)
                for old, new in zip(averaged.buffers(), module.buffers(), strict=True):
                    old.copy_(new)

    def _states(self) -> dict[str, Any]:
        """Every network whose weights a checkpoint holds."""
        averages = {f"{name}.average": module for name, module in self.averaged.items()} if self._average else {}
        return {**self.modules, **averages, **{f"{name}.best": module for name, module in self._best.items()}}


def _copy(module: Any) -> Any:
    import copy

    return full_precision(copy.deepcopy(module)).requires_grad_(requires_grad=False).eval()


def _fill(modules: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Copy weights and buffers of `given` into `modules` of the same names and shapes."""
    import torch

    with torch.no_grad():
        for name, module in modules.items():
            places = itertools.chain(module.parameters(), module.buffers())
            values = itertools.chain(given[name].parameters(), given[name].buffers())
            for place, value in zip(places, values, strict=True):
                place.copy_(value)


def _diverged(name: str, step: int) -> Exception:
    from studio.sdk.errors import UserError

    return UserError(
        f"Training went astray: {name.replace('_', ' ')} is not a number any more at step {step}.",
        hint="Choose a lower learning rate, or continue from the last checkpoint.",
    )


def folder_of(ctx: TrainingContext, name: str) -> Path:
    """An empty folder called `name` for a finished model, within the run's temporary folder."""
    folder = ctx.tmp / name
    folder.mkdir(parents=True)
    return folder
