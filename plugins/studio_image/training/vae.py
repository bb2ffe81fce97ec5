"""Teaching a variational autoencoder from a few hundred pictures or more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio.sdk.training import stop_early
from studio_image.training.framing import FRAMINGS, SIZES, TRANSPARENCIES, start_from

if TYPE_CHECKING:
    from studio_image.training.autoencoding import Autoencoding

STEPS = 3000


class TrainVae(sdk.Trainer):
    """Teaches a small network a map of your pictures, on which every place is a picture and neighbours are alike.

    What it makes is softer than what a GAN makes, but it learns calmly, knows every training picture's place, and its
    sliders and walks change pictures smoothly. It works from about 200 pictures on.
    """

    id, title, makes = "studio.image.train-vae", "Train a picture VAE", (sdk.Image,)
    teaches = "image.vae"
    alters = (("mirror", "Every other picture is mirrored."),)
    needs = sdk.Needs(ram_gb=1.5, modules=("torch", "safetensors", "accelerate", "PIL.Image", "psutil", "skimage"))

    examples = (
        sdk.Example("Small and quick", {"width": 16, "steps": 1000}),
        sdk.Example("Smoother sliders", {"beta": 4.0, "latent": 32}),
        sdk.Example("Sharper reconstructions", {"beta": 0.5, "latent": 128, "steps": 6000}),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        data: sdk.Dataset = sdk.dataset("image", label="Dataset", help="200 similar pictures or more.")
        start_from: str = start_from("image.vae")
        size: str = sdk.choice("32", SIZES, when={"start_from": ""}, help="64 takes about four times as long.")
        framing: str = sdk.choice("middle", FRAMINGS, help="How pictures that are not square are cut.")
        transparency: str = sdk.choice("auto", TRANSPARENCIES, help="Whether see-through parts stay see-through.")
        background: str = sdk.color("#ffffff", when={"transparency": "flatten"}, help="Behind see-through parts.")
        steps: int = sdk.integer(STEPS, min=1, max=1_000_000, help="More make better pictures, up to a point.")
        mirror: bool = sdk.toggle(label="Mirror pictures", help="Also learn from mirror images; not for letters.")
        beta: float = sdk.number(
            1.0, min=0.0, max=50.0, step=0.1, label="Smoothness of the map",
            help="β: more makes sliders and walks smoother and pictures softer.",
        )  # fmt: skip
        batch: int = sdk.integer(32, min=4, max=512, group="Learning", advanced=True, label="Batch size")
        learning_rate: float = sdk.number(
            0.001, min=1e-6, max=0.01, step=1e-5, group="Learning", advanced=True, label="Learning rate"
        )
        warmup: float = sdk.number(
            0.3, min=0.0, max=1.0, step=0.05, group="Learning", advanced=True, label="β warm-up",
            help="Share of the run over which β grows from 0.",
        )  # fmt: skip
        stop_early: int = stop_early(group="Learning", advanced=True)
        average: float = sdk.number(
            0.995, min=0.0, max=0.9999, step=0.001, group="Learning", advanced=True, label="Moving average",
            help="Decay per step of the averaged weights that make the pictures; 0 for none.",
        )  # fmt: skip
        latent: int = sdk.integer(
            64, min=2, max=512, group="Network", advanced=True, label="Latent numbers", when={"start_from": ""}
        )
        width: int = sdk.integer(
            24, min=8, max=128, step=8, group="Network", advanced=True, label="Channels", when={"start_from": ""}
        )

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, sample sheets (reconstructions above, new pictures, a walk below), checkpoints, the model."""
        from studio_image.training.runs import Showings

        coder = _coder(params, ctx)
        showings = Showings.of(len(coder.pictures.training), params.batch, params.steps)
        for step in coder.loop:
            yield from coder.loop.report(message="Learning", **coder.learn())
            if showings.is_due(step + 1):
                shown = _shown(coder, step + 1)
                yield from coder.loop.look(shown) if showings.is_look(step + 1) else shown
        yield from coder.loop.finish()
        if coder.loop.is_main:
            yield _finished(coder, params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the network, and time reading, some steps, a sample sheet and the judging."""
        from studio_image.training.runs import Showings, forecast, seconds_per_step, timed

        coder, reading = timed(lambda: _coder(params, ctx))
        step = seconds_per_step(coder.loop, coder.learn)
        _, sheet = timed(lambda: list(_shown(coder, 1)))
        _, judging = timed(lambda: _finished(coder, params, ctx))
        sheets = Showings.of(len(coder.pictures.training), params.batch, params.steps).count
        return forecast(params.steps, reading + params.steps * step + sheets * sheet + judging, coder.network)


def _coder(params: Any, ctx: sdk.TrainingContext) -> Autoencoding:
    from studio_image.models.latents import load
    from studio_image.models.vae import Vae
    from studio_image.training.autoencoding import Autoencoding
    from studio_image.training.continuing import begun
    from studio_image.training.dataset import asked_for

    start = begun(params, ctx, load, Vae)
    network = None if start is None else start.network
    pictures = asked_for(params, ctx, None if network is None else network.shape)
    return Autoencoding(params, pictures, ctx, network)


def _shown(coder: Autoencoding, step: int) -> Iterator[sdk.Lesson]:
    """How it stands after `step` steps: the error on held-out pictures and a sample sheet."""
    yield from coder.held_out(step)
    yield sdk.Sample(step, sdk.Image(coder.sheet(), title=f"After {step:,} steps"))


def _finished(coder: Autoencoding, params: Any, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    """Save, load what was saved, and measure that."""
    from studio.sdk.training.captions import caption_shares
    from studio_image.models.latents import load
    from studio_image.training.evaluation import evaluate
    from studio_image.training.reconstruction import fidelity
    from studio_image.training.runs import model_folder

    folder, pictures = model_folder(ctx), coder.pictures
    ctx.log("Measuring the model")
    coder.save(folder)
    model = load(folder)
    judged = evaluate(model, pictures, folder, ctx.seed, mirrored=params.mirror)
    evaluation = sdk.Evaluation(
        measures=(*fidelity(model, pictures), *judged.measures),
        samples=judged.samples,
        neighbours=judged.neighbours,
        distributions=caption_shares(pictures.captions),
        strengths=("Smooth sliders and walks between pictures.", "New pictures in a moment on any computer."),
        limits=(
            f"Pictures have {pictures.size} × {pictures.size} pixels, are soft, and of the one kind it has seen.",
            "It cannot be asked for anything in words.",
            "Many new pictures are vague shapes; those near training pictures are the clearest.",
        ),
        intended_use="Exploring what lies between pictures, and moving pictures of it.",
    )
    facts = {
        "size": pictures.size,
        "transparent": pictures.channels == 4,
        "dimensions": model.dimensions,
        "pictures": len(pictures.training),
    }
    return sdk.TrainedModel(folder, evaluation, facts)
