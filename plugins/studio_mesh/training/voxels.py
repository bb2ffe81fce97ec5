"""`studio.mesh.train-voxels`: teaches a model to make coloured voxel objects from words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio.sdk.training import stop_early

if TYPE_CHECKING:
    from studio.sdk.training import Loop
    from studio_mesh.training.voxel_lessons import Lessons
    from studio_mesh.voxel_model import VoxelModel, VoxelNet

POINTS = 1024
"""Places looked at in each shape of a step, of 32,768."""

AVERAGE = 0.995
"""Decay of the moving average of the weights per step."""

LOOKS = 5
"""How often in a run samples are shown and the held-out shapes are compared."""

PROMPTS = 4
"""Captions whose samples are shown meanwhile."""


class TrainVoxels(sdk.Trainer):
    """Teaches a small model what the words in your captions look like in 3D, as 32 × 32 × 32 coloured voxels.

    It learns from `.glb` or `.vox` files with captions of a few words each. Some hundred shapes and a quarter of an
    hour on an ordinary processor are enough for simple objects; it knows only words from the captions.
    """

    id = "studio.mesh.train-voxels"
    title = "Teach voxel objects"
    teaches = "mesh.voxels"
    alters = (("turned", "Some of the shapes are turned by a quarter, half or three quarters."),)
    makes = (sdk.Mesh,)
    needs = sdk.Needs(ram_gb=1.5, modules=("torch", "scipy.ndimage", "trimesh"))
    examples = (sdk.Example("A quick try", {"steps": 600}),)

    class Params(sdk.Params):
        """What the artist chooses."""

        data: sdk.Dataset = sdk.dataset("mesh", label="Dataset", help="3D models with captions of a few words.")
        start_from: str = sdk.choice(
            "", [("", "A new model")], source="models:mesh.voxels", label="Start from",
            help="Go on teaching a model instead of beginning with a new one. It keeps its words and its colours.",
        )  # fmt: skip
        steps: int = sdk.integer(
            2000, min=1, max=200_000, label="Steps",
            help="How long to learn. Some hundred shapes need about 2,000 steps; ten times as many shapes, more.",
        )  # fmt: skip
        batch: int = sdk.integer(16, min=1, max=256, group="Learning", advanced=True, label="Shapes per step")
        rate: float = sdk.number(
            0.002, min=0.00001, max=0.1, step=0.0001, group="Learning", advanced=True, label="Learning rate",
            help="How far each step goes. Too high and training goes astray; too low and it takes long.",
        )  # fmt: skip
        turned: float = sdk.number(
            0.25, min=0.0, max=0.75, step=0.05, group="Learning", advanced=True, label="Turned shapes",
            help="Share of the shapes that is shown turned by a quarter, half or three quarters.",
        )  # fmt: skip
        latent: int = sdk.integer(
            16, min=1, max=64, group="Learning", advanced=True, label="Size of the latent", when={"start_from": ""},
            help="Numbers that tell apart shapes with the same words; different seeds draw different ones.",
        )  # fmt: skip
        divergence: float = sdk.number(
            0.002, min=0.0, max=1.0, step=0.001, group="Learning", advanced=True, label="Weight of the latent",
            help="Higher: words decide more, and objects with the same words become more alike.",
        )  # fmt: skip
        colors: int = sdk.integer(
            64, min=2, max=200, group="Learning", advanced=True, label="Colours in the palette",
            when={"start_from": ""},
            help="The model paints with this many colours, found in the training shapes.",
        )  # fmt: skip
        stop_early: int = stop_early(group="Learning", advanced=True)

    def train(self, params: Params, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, samples, checkpoints and the model of family ``mesh.voxels``."""
        from studio.sdk.training import Loop, Schedule
        from studio_mesh.training.voxel_lessons import batch_of, loss_of, read_lessons
        from studio_mesh.training.voxel_report import Judge, evaluate

        start = _start(params, ctx)
        lessons = read_lessons(params.data.training, params.colors, ctx, start)
        net, optimizer = _network(lessons, params, ctx.seed, start)
        judge = Judge(lessons, params.data.held_out, ctx)
        loop = Loop(
            ctx, {"model": net}, {"model": optimizer}, steps=params.steps, average=AVERAGE,
            schedule=Schedule(warmup=0.02, decay=0.5), patience=params.stop_early,
        )  # fmt: skip
        every = max(1, params.steps // LOOKS)
        for step in loop:
            drawn = batch_of(lessons, loop.random, size=params.batch, points=POINTS, turned=params.turned)
            loss, occupancy, color, latent = loss_of(
                loop.modules["model"], drawn.to(loop.device), loop.noise, params.divergence
            )
            loop.learn("model", loss)
            yield from loop.report(
                message="learning", loss=loss.detach(), occupancy_loss=occupancy.detach(), color_loss=color.detach(),
                latent_divergence=latent.detach(),
            )  # fmt: skip
            if (step + 1) % every == 0 and loop.is_main:
                shown = _look(lessons, judge, loop, step + 1, ctx.seed, patient=params.stop_early > 0)
                yield from loop.look(shown)
        yield from loop.finish()
        if loop.is_main:
            ctx.progress(params.steps, params.steps, "comparing with what was held out")
            yield _finished(lessons.model(loop.averaged["model"]), judge, evaluate, ctx)

    def forecast(self, params: Params, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Time three steps with as many places as training looks at."""
        import torch

        from studio.sdk.training import mixed_precision
        from studio_mesh.training.voxel_lessons import batch_of, loss_of, read_lessons

        start = _start(params, ctx)
        lessons = read_lessons(params.data.training[:64], params.colors, ctx, start)
        net, optimizer = _network(lessons, params, ctx.seed, start)
        mixed_precision(net.to(ctx.device), ctx.device)
        random, noise = ctx.rng("forecast"), torch.Generator().manual_seed(0)
        spent = []
        for _ in range(4):
            begun = time.perf_counter()
            drawn = batch_of(lessons, random, size=params.batch, points=POINTS, turned=params.turned)
            loss = loss_of(net, drawn.to(ctx.device), noise, params.divergence)[0]
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            spent.append(time.perf_counter() - begun + 0.0 * float(loss.detach()))
        weights = sum(weight.numel() for weight in net.parameters())
        # the first step allocates and is slower than all that follow; reading and judging come on top
        seconds = min(spent[1:]) * params.steps * 1.05 + 0.02 * len(params.data.items) + 15
        memory = 0.7 + params.batch * 0.02
        return sdk.Forecast(seconds, memory, 0.0 if ctx.device == "cpu" else memory, params.steps, weights)


def _start(params: Any, ctx: sdk.Context) -> VoxelModel | None:
    """The model to go on from, None for a new one. Raises `UserError` when it cannot be read."""
    from studio_mesh.voxel_model import VoxelModel

    if not params.start_from:
        return None
    try:
        return VoxelModel.load(ctx.model(params.start_from))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise sdk.UserError(
            "The model to start from cannot be read.", param="start_from", hint="Choose another one."
        ) from error


def _network(lessons: Lessons, params: Any, seed: int, start: VoxelModel | None = None) -> tuple[VoxelNet, Any]:
    """The network and its optimizer; the tables of latents learn faster, each row is seen so rarely."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = lessons.fresh(params.latent, start)
    tables = [net.means.weight, net.spreads.weight]
    others = [weight for name, weight in net.named_parameters() if not name.startswith(("means", "spreads"))]
    groups = [{"params": others, "lr": params.rate}, {"params": tables, "lr": 5 * params.rate, "weight_decay": 0.0}]
    return net, torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)


def _look(
    lessons: Lessons, judge: Any, loop: Loop, step: int, seed: int, *, patient: bool
) -> Iterator[sdk.Metric | sdk.Sample]:
    """Samples of the same prompts and seeds as before, and how near known and held-out shapes are.

    Where a run may end early (`patient`), first what that goes by: the Jaccard distance to held-out shapes, to known
    ones where there are no others.
    """
    import numpy as np

    from studio_mesh.voxel_surface import blocks

    model = lessons.model(loop.averaged["model"])
    scores = judge.scores(model)
    if patient:
        yield sdk.Metric("distance", step, 1 - scores.get("held out overlap", scores["known overlap"]))
    for name, value in scores.items():
        yield sdk.Metric(name, step, value)
    for number, caption in enumerate(judge.shown(PROMPTS)):
        made = model.make(model.vocabulary.read(caption).known, 0.0, np.random.default_rng([seed, number]))
        mesh = blocks(made.occupancy, made.colors, title=caption)
        if mesh is not None:
            yield sdk.Sample(step, mesh)


def _finished(model: VoxelModel, judge: Any, evaluate: Any, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    from studio.sdk.training.loop import folder_of

    folder = folder_of(ctx, "model")
    model.save(folder)
    evaluation = evaluate(model, judge, folder)
    facts = {
        "words": list(model.vocabulary.words),
        "shapes": len(model.captions),
        "captions": sorted(set(model.captions)),
        "parameters": sum(weight.numel() for weight in model.net.parameters()),
    }
    return sdk.TrainedModel(folder, evaluation, facts)
