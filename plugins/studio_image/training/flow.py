"""Teaching pictures from words by flow matching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio.sdk.training import stop_early
from studio_image.training.framing import FRAMINGS, SIZES, TRANSPARENCIES, start_from

if TYPE_CHECKING:
    import torch

    from studio_image.models.flow import FlowModel
    from studio_image.training.dataset import Pictures
    from studio_image.training.flowing import Flowing

STEPS = 20_000
WORDS_TOLD = 300
"""Most words that a form can offer."""


class TrainFlow(sdk.Trainer):
    """Teaches a small network to paint pictures from a few words, 32 or 64 pixels wide, from pictures with captions.

    It learns what the words of the captions look like; words that occur only once are passed over. A thousand captioned
    pictures and some hours make a useful model.
    """

    id, title, makes = "studio.image.train-flow", "Train pictures from words", (sdk.Image,)
    teaches = "image.flow"
    alters = (("mirror", "Every other picture is mirrored."),)
    needs = sdk.Needs(ram_gb=2.0, modules=("torch", "safetensors", "accelerate", "diffusers", "PIL.Image", "psutil"))

    examples = (
        sdk.Example("Small and quick", {"width": 48, "words": 64, "steps": 6000}),
        sdk.Example("Mirrored pictures", {"mirror": True}),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        data: sdk.Dataset = sdk.dataset("image", label="Dataset", help="A thousand pictures with captions or more.")
        start_from: str = start_from("image.flow")
        size: str = sdk.choice(
            "32", SIZES, when={"start_from": ""}, help="64 shows more, and is drawn in coarser strokes."
        )
        framing: str = sdk.choice("middle", FRAMINGS, help="How pictures that are not square are cut.")
        transparency: str = sdk.choice("auto", TRANSPARENCIES, help="Whether see-through parts stay see-through.")
        background: str = sdk.color("#ffffff", when={"transparency": "flatten"}, help="Behind see-through parts.")
        steps: int = sdk.integer(STEPS, min=1, max=1_000_000, help="More make better pictures, up to a point.")
        mirror: bool = sdk.toggle(label="Mirror pictures", help="Also learn from mirror images; not for letters.")
        batch: int = sdk.integer(16, min=2, max=512, group="Learning", advanced=True, label="Batch size")
        learning_rate: float = sdk.number(
            0.0004, min=1e-6, max=0.01, step=1e-5, group="Learning", advanced=True, label="Learning rate"
        )
        stop_early: int = stop_early(group="Learning", advanced=True)
        average: float = sdk.number(
            0.999, min=0.0, max=0.9999, step=0.001, group="Learning", advanced=True, label="Moving average",
            help="Decay per step of the averaged weights that make the pictures; 0 for none.",
        )  # fmt: skip
        silence: float = sdk.number(
            0.1, min=0.0, max=0.9, step=0.05, group="Learning", advanced=True, label="Captions left out",
            help="Share of pictures shown without their caption; guidance needs some.",
        )  # fmt: skip
        forgetting: float = sdk.number(
            0.1, min=0.0, max=0.9, step=0.05, group="Learning", advanced=True, label="Words left out",
            help="Share of single words it is not told, so that each word means something by itself.",
        )  # fmt: skip
        rarest: int = sdk.integer(
            2, min=1, max=100, group="Learning", advanced=True, label="Rarest words",
            help="How often a word must occur to be learned; the pictures of a word that occurs once are copied.",
        )  # fmt: skip
        width: int = sdk.integer(
            96, min=8, max=512, step=8, group="Network", advanced=True, label="Channels", when={"start_from": ""}
        )
        words: int = sdk.integer(
            128, min=8, max=1024, step=8, group="Network", advanced=True, label="Word vectors", when={"start_from": ""}
        )

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, sample sheets (captions of held-out pictures), checkpoints, and the model."""
        from studio_image.training.runs import Showings

        flowing = _flowing(params, ctx)
        showings = Showings.of(len(flowing.pictures.training), params.batch, params.steps, early=0)  # they cost more
        for step in flowing.loop:
            yield from flowing.loop.report(message="Learning", loss=flowing.learn())
            if showings.is_look(step + 1):
                yield from flowing.loop.look(_shown(flowing, step + 1))
        yield from flowing.loop.finish()
        if flowing.loop.is_main:
            yield _finished(flowing, flowing.drawn, params, ctx)

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the network, and time reading, some steps, a sample sheet and the judging of noise.

        The pictures that are judged are drawn as those of a sheet are, and take as long each.
        """
        from studio_image.training.flowing import SHEET
        from studio_image.training.runs import Showings, forecast, seconds_per_step, timed

        flowing, reading = timed(lambda: _flowing(params, ctx))
        step = seconds_per_step(flowing.loop, lambda: {"loss": flowing.learn()})
        _, sheet = timed(lambda: list(_shown(flowing, 1)))
        _, judging = timed(lambda: _finished(flowing, flowing.noise, params, ctx))
        sheets = Showings.of(len(flowing.pictures.training), params.batch, params.steps, early=0).count
        painting = (sheets + len(flowing.asked) / SHEET) * sheet
        return forecast(params.steps, reading + params.steps * step + painting + judging, flowing.network)


def _flowing(params: Any, ctx: sdk.TrainingContext) -> Flowing:
    from studio_image.models.flow import FlowNetwork, load
    from studio_image.training.continuing import begun
    from studio_image.training.flowing import Flowing

    start = begun(params, ctx, load, FlowNetwork)
    return Flowing(params, _pictures(params, ctx, None if start is None else start.network.shape), ctx, start)


def _pictures(params: Any, ctx: sdk.TrainingContext, like: Any) -> Pictures:
    from studio_image.training.dataset import asked_for

    pictures = asked_for(params, ctx, like)
    if not any(pictures.captions):
        raise sdk.UserError(
            "None of these pictures has a caption.", param="data",
            hint="Name the files after what they show, or teach a GAN, which needs no words.",
        )  # fmt: skip
    return pictures


def _shown(flowing: Flowing, step: int) -> Iterator[sdk.Lesson]:
    """How it stands after `step` steps: the loss on held-out pictures and a sample sheet."""
    yield from flowing.held_out(step)
    yield sdk.Sample(step, sdk.Image(flowing.sheet(), title=f"After {step:,} steps"))


def _finished(
    flowing: Flowing, draw: Callable[[FlowModel], torch.Tensor], params: Any, ctx: sdk.TrainingContext
) -> sdk.TrainedModel:
    """Save, load what was saved, and measure what `draw` makes with that."""
    from studio.sdk.training.captions import caption_shares
    from studio_image.models.flow import load
    from studio_image.training.agreement import UNMEASURED, agreement, by_people
    from studio_image.training.evaluation import report
    from studio_image.training.runs import model_folder

    folder = model_folder(ctx)
    ctx.log("Measuring the model")
    flowing.save(folder)
    model = load(folder)
    pictures, asked = flowing.pictures, flowing.asked
    judged = report(draw(model), pictures, folder, ctx.seed, mirrored=params.mirror, crisp=model.crisp)
    ctx.check()
    agreed = agreement(pictures, judged.made, asked, ctx.seed)
    captions = [pictures.captions[place] for place in asked]
    side, words = pictures.size, len(model.vocabulary.words)
    evaluation = sdk.Evaluation(
        measures=(*flowing.obedience(model), *(agreed.measures() if agreed else ()), *judged.measures),
        samples=judged.samples,
        neighbours=judged.neighbours,
        distributions={
            **caption_shares(pictures.captions),
            **by_people(captions, judged.copied.tolist(), agreed),
        },
        strengths=("Makes what single known words ask for.",),
        limits=(
            f"Pictures have {side} × {side} pixels; it knows {words} words.",
            "It does not understand sentences, numbers, or where things stand.",
            *(() if agreed else (UNMEASURED,)),
        ),
        intended_use="Small pictures in the manner of the training pictures, from a few words.",
    )
    facts = {
        "size": side,
        "transparent": pictures.channels == 4,
        "words": list(model.vocabulary.words[:WORDS_TOLD]),
        "pictures": len(pictures.training),
    }
    return sdk.TrainedModel(folder, evaluation, facts)
