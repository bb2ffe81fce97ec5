"""The trainer of LoRAs for image models. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import studio.sdk as sdk
from studio.sdk.training import stop_early
from studio_diffusion.paint import LORA_FAMILY, MODEL_HELP

REACHES = (("attention", "Attention"), ("all", "Attention and the layers between"))
PRIORS = (("none", "None"), ("made", "Pictures the model makes"), ("given", "A folder of mine"))
SIDE_STEP = 64
"""Sides of pictures are chosen in steps of this many pixels."""


class TrainLora(sdk.Trainer):
    """Teaches an image model of yours a subject or a style from a few captioned pictures, as a small LoRA beside it.

    The model itself stays as it is. Ten to thirty pictures are enough for a subject, some more for a style. It needs a
    GPU that holds the model and about half as much again; on a processor alone it works, and takes days.
    """

    id, title, makes = "studio.image.train-lora", "Teach an image model (LoRA)", (sdk.Image,)
    teaches = LORA_FAMILY
    alters = (("mirror", "Each picture is learned as it is, and mirrored as well."),)
    needs = sdk.Needs(
        ram_gb=8.0, modules=("torch", "diffusers", "transformers", "peft", "accelerate", "safetensors", "PIL.Image"),
    )  # fmt: skip
    examples = (
        sdk.Example(
            "A subject", {"trigger": "ohwx", "steps": 800, "prior": "made", "prior_caption": "a photo of a dog"}
        ),
        sdk.Example("A style", {"rank": 32, "alpha": 32, "reach": "all", "steps": 2000}),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        data: sdk.Dataset = sdk.dataset("image", label="Dataset", help="Ten to thirty pictures of one thing, or more.")
        base: str = sdk.choice(
            "",
            [("", "None chosen yet")],
            source="models:image.diffusion",
            label="Base model",
            help=MODEL_HELP,
            required=True,
        )
        trigger: str = sdk.text(
            max_length=100, label="Trigger word",
            help="Stands in front of every caption and calls the subject up later; a made-up word such as “ohwx”.",
        )  # fmt: skip
        steps: int = sdk.integer(1000, min=1, max=100_000, step=100, help="About a hundred for each picture.")
        stop_early: int = stop_early()
        rank: int = sdk.integer(
            16, min=1, max=256, label="Rank", help="How much it can learn; more makes a larger file."
        )
        alpha: float = sdk.number(
            16.0, min=0.1, max=512.0, step=1.0, label="Alpha", advanced=True,
            help="How strongly it acts while it learns, compared with the rank.",
        )  # fmt: skip
        reach: str = sdk.choice(
            "attention", REACHES, label="Changes", help="Attention suffices for subjects; a style may need more."
        )
        size: int = sdk.integer(
            0, min=0, max=2048, step=SIDE_STEP, unit="px", label="Size",
            help="Side of a square picture; others get as many pixels. 0 takes the size the model learned.",
        )  # fmt: skip
        mirror: bool = sdk.toggle(
            label="Mirror pictures", help="Also learn from mirror images; not for faces or letters."
        )
        prior: str = sdk.choice(
            "none", PRIORS, group="Prior preservation", label="Class pictures",
            help="Ordinary pictures of the same class keep the model from turning everything into your subject.",
        )  # fmt: skip
        prior_caption: str = sdk.text(
            max_length=200, group="Prior preservation", label="Class caption", when={"prior": ["made", "given"]},
            help="What the class pictures show, without the trigger word: “a photo of a dog”.",
        )  # fmt: skip
        prior_count: int = sdk.integer(
            50, min=1, max=1000, group="Prior preservation", label="Class pictures made", when={"prior": "made"},
            help="They are made once, before the training.",
        )  # fmt: skip
        class_folder: str = sdk.folder(
            group="Prior preservation", label="Folder of class pictures", when={"prior": "given"},
            help="Read where they lie.",
        )  # fmt: skip
        prior_weight: float = sdk.number(
            1.0, min=0.0, max=10.0, step=0.1, group="Prior preservation", label="Weight", advanced=True,
            when={"prior": ["made", "given"]}, help="How much they count beside your own pictures.",
        )  # fmt: skip
        batch: int = sdk.integer(1, min=1, max=64, group="Learning", advanced=True, label="Batch size")
        learning_rate: float = sdk.number(
            0.0001, min=1e-7, max=0.1, step=1e-5, group="Learning", advanced=True, label="Learning rate"
        )
        silence: float = sdk.number(
            0.05, min=0.0, max=0.9, step=0.05, group="Learning", advanced=True, label="Captions left out",
            help="Share of pictures shown without their caption; guidance needs some.",
        )  # fmt: skip
        average: float = sdk.number(
            0.0, min=0.0, max=0.9999, step=0.001, group="Learning", advanced=True, label="Moving average",
            help="Decay per step of averaged weights, which are steadier; 0 for none.",
        )  # fmt: skip
        gamma: float = sdk.number(
            5.0, min=0.0, max=20.0, step=0.5, group="Learning", advanced=True, label="Min-SNR gamma",
            help="Keeps nearly clean pictures from counting too much; 0 weighs all alike. Not used by Flux.",
        )  # fmt: skip
        checkpointing: bool = sdk.toggle(
            default=True, group="Learning", advanced=True, label="Gradient checkpointing",
            help="Much less memory, a third more time.",
        )  # fmt: skip
        sample_steps: int = sdk.integer(
            20, min=1, max=100, group="Learning", advanced=True, label="Steps of a sample",
            help="How many steps the sample sheets are painted with.",
        )  # fmt: skip

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, sample sheets, checkpoints, and the LoRA."""
        from studio_diffusion.pipelines import memory_told
        from studio_diffusion.training.learning import Learning

        with memory_told():
            yield from Learning(params, ctx).lessons()

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Load the model and time a few steps."""
        from studio_diffusion.pipelines import memory_told
        from studio_diffusion.training.learning import Learning

        with memory_told():
            return Learning(params, ctx, trial=True).forecast()
