"""Teaching a generative adversarial network from a few hundred pictures or more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio_image.training.framing import FRAMINGS, SIZES, TRANSPARENCIES, start_from

if TYPE_CHECKING:
    from studio_image.models.latents import PictureModel
    from studio_image.training.adversaries import Adversaries

ARCHITECTURES = (("residual", "Residual"), ("dcgan", "DCGAN"))
LOSSES = (("hinge", "Hinge"), ("non-saturating", "Non-saturating"), ("minimax", "Minimax (saturating)"))
STEPS = 3000
SHEET = 36
"""Pictures on a sample sheet."""
AUGMENTED = (
    "Before the judging network sees a picture, its brightness, saturation and contrast change, "
    "it is shifted by up to an eighth of its side, and a square of half its side is blanked; each time anew."
)


class TrainGan(sdk.Trainer):
    """Teaches a small network to make new pictures of one kind, 32 or 64 pixels wide: sprites, faces, tiles, stamps.

    Two networks learn against each other: one makes pictures, the other tells them from yours. It works from about
    200 pictures on when they resemble each other, and each run shows the same places of its imagination grow clearer.
    """

    id, title, makes = "studio.image.train-gan", "Train a picture GAN", (sdk.Image,)
    teaches = "image.gan"
    alters = (
        ("mirror", "Every other picture is mirrored."),
        ("augment", AUGMENTED),
    )
    needs = sdk.Needs(ram_gb=1.5, modules=("torch", "safetensors", "accelerate", "PIL.Image", "psutil"))

    examples = (
        sdk.Example("Fast DCGAN", {"architecture": "dcgan", "average": 0.0, "learning_rate": 0.0002}),
        sdk.Example("Hinge and spectral normalisation", {"loss": "hinge", "spectral": True, "r1": 0.1}),
        sdk.Example("For few pictures", {"mirror": True, "r1": 1.0, "steps": 4000}),
        sdk.Example("Opaque, 64 pixels", {"size": "64", "transparency": "flatten", "steps": 6000}),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        data: sdk.Dataset = sdk.dataset("image", label="Dataset", help="200 similar pictures or more.")
        start_from: str = start_from("image.gan")
        architecture: str = sdk.choice(
            "residual", ARCHITECTURES, when={"start_from": ""},
            help="Residual networks learn finer pictures; a DCGAN takes a third of the time per step.",
        )  # fmt: skip
        size: str = sdk.choice("32", SIZES, when={"start_from": ""}, help="64 takes about four times as long.")
        framing: str = sdk.choice("middle", FRAMINGS, help="How pictures that are not square are cut.")
        transparency: str = sdk.choice("auto", TRANSPARENCIES, help="Whether see-through parts stay see-through.")
        background: str = sdk.color("#ffffff", when={"transparency": "flatten"}, help="Behind see-through parts.")
        steps: int = sdk.integer(STEPS, min=1, max=1_000_000, help="More make better pictures, up to a point.")
        mirror: bool = sdk.toggle(label="Mirror pictures", help="Also learn from mirror images; not for letters.")
        augment: bool = sdk.toggle(
            default=True, help="Keeps a small dataset from being learned by heart; leave it on below 5,000 pictures."
        )
        batch: int = sdk.integer(32, min=4, max=512, group="Learning", advanced=True, label="Batch size")
        learning_rate: float = sdk.number(
            0.0005, min=1e-6, max=0.01, step=1e-5, group="Learning", advanced=True, label="Learning rate"
        )
        loss: str = sdk.choice(
            "non-saturating", LOSSES, group="Learning", advanced=True,
            help="Minimax is the original game: its generator learns next to nothing while it loses.",
        )  # fmt: skip
        r1: float = sdk.number(
            0.5, min=0.0, max=100.0, step=0.1, group="Learning", advanced=True, label="Gradient penalty",
            help="R1 on real pictures, every 16 steps; more is calmer and slower.",
        )  # fmt: skip
        spectral: bool = sdk.toggle(
            group="Learning",
            advanced=True,
            label="Spectral normalisation",
            help="Goes well with the hinge loss.",
            when={"start_from": ""},
        )
        average: float = sdk.number(
            0.995, min=0.0, max=0.9999, step=0.001, group="Learning", advanced=True, label="Moving average",
            help="Decay per step of the averaged weights that make the pictures; 0 for none.",
        )  # fmt: skip
        latent: int = sdk.integer(
            128, min=8, max=512, group="Network", advanced=True, label="Latent numbers", when={"start_from": ""}
        )
        width: int = sdk.integer(
            24, min=8, max=128, step=8, group="Network", advanced=True, label="Channels", when={"start_from": ""}
        )

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, sample sheets, checkpoints, and the model."""
        from studio_image.training.runs import Showings

        pair = _pair(params, ctx)
        showings = Showings.of(len(pair.pictures.training), params.batch, params.steps)
        for step in pair.loop:
            losses = pair.learn()
            yield from pair.loop.report(message="Learning", **losses)
            if showings.is_due(step + 1):
                yield from _shown(pair, step + 1)
        yield from pair.loop.finish()
        if pair.loop.is_main:
            yield _finished(pair, params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build both networks, and time reading, some steps, a sample sheet and the judging."""
        from studio_image.training.adversaries import LAZY
        from studio_image.training.runs import Showings, forecast, seconds_per_step, timed

        pair, reading = timed(lambda: _pair(params, ctx))
        step = seconds_per_step(pair.loop, pair.learn, LAZY if params.r1 else 1)
        _, sheet = timed(lambda: list(_shown(pair, 1)))
        _, judging = timed(lambda: _finished(pair, params, ctx))
        sheets = Showings.of(len(pair.pictures.training), params.batch, params.steps).count
        seconds = reading + params.steps * step + sheets * sheet + judging
        return forecast(params.steps, seconds, pair.generator, pair.discriminator)


def _pair(params: Any, ctx: sdk.TrainingContext) -> Adversaries:
    from studio_image.models.gan import Generator
    from studio_image.models.latents import load
    from studio_image.training.adversaries import Adversaries
    from studio_image.training.continuing import begun
    from studio_image.training.dataset import asked_for

    start = begun(params, ctx, load, Generator)
    generator = None if start is None else start.network
    pictures = asked_for(params, ctx, None if generator is None else generator.shape)
    return Adversaries(params, pictures, ctx, generator)


def _shown(pair: Adversaries, step: int) -> Iterator[sdk.Lesson]:
    """How it stands after `step` steps: scores and a sample sheet."""
    yield from pair.scores(step)
    yield sdk.Sample(step, sdk.Image(pair.sheet(SHEET), title=f"After {step:,} steps"))


def _finished(pair: Adversaries, params: Any, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    """Save, load what was saved, and measure that."""
    from studio.sdk.training.captions import caption_shares
    from studio_image.models.latents import load
    from studio_image.training.evaluation import evaluate
    from studio_image.training.runs import model_folder

    folder, pictures = model_folder(ctx), pair.pictures
    ctx.log("Measuring the model")
    pair.save(folder)
    model: PictureModel = load(folder)
    judged = evaluate(model, pictures, folder, ctx.seed, mirrored=params.mirror)
    evaluation = sdk.Evaluation(
        measures=judged.measures,
        samples=judged.samples,
        neighbours=judged.neighbours,
        distributions=caption_shares(pictures.captions),
        strengths=("New pictures in a moment on any computer.", "Moves smoothly between pictures."),
        limits=(
            f"Pictures have {pictures.size} × {pictures.size} pixels and are of the one kind it has seen.",
            "It cannot be asked for anything in words.",
            "Some come out as formless patches; make many and keep the good ones.",
        ),
        intended_use="Ideas, variations and moving pictures in the manner of the training pictures.",
    )
    facts = {
        "size": pictures.size,
        "transparent": pictures.channels == 4,
        "dimensions": model.dimensions,
        "pictures": len(pictures.training),
    }
    return sdk.TrainedModel(folder, evaluation, facts)
