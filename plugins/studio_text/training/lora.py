"""The trainer of LoRAs for language models. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio import sdk
from studio.sdk.training import stop_early
from studio_text.writer import LORA_FAMILY, MODEL_HELP

REACHES = (("attention", "Attention"), ("all", "Attention and the layers between"))


class TrainTextLora(sdk.Trainer):
    """Teaches a language model of yours to write like the texts of a dataset, as a small LoRA beside it.

    The model itself stays as it is. Some twenty pages change its manner; facts it hardly learns so. It needs memory for
    the model and about half as much again; the report tells how much better it foresees texts it has not seen than the
    model alone, and what it copied.
    """

    id, title, makes = "studio.text.train-lora", "Teach a language model (LoRA)", (sdk.Text,)
    teaches = LORA_FAMILY
    alters = ()
    needs = sdk.Needs(ram_gb=5.0, modules=("torch", "transformers", "peft", "accelerate", "safetensors"))
    examples = (
        sdk.Example("A manner of writing", {"steps": 300, "rank": 16}),
        sdk.Example("More, and deeper", {"steps": 1000, "rank": 32, "alpha": 64.0, "reach": "all"}),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        data: sdk.Dataset = sdk.dataset("text", label="Dataset", help="The texts to learn from.")
        base: str = sdk.choice(
            "",
            [("", "None chosen yet")],
            source="models:text.causal-lm",
            label="Base model",
            help=MODEL_HELP,
            required=True,
        )
        steps: int = sdk.integer(
            300, min=1, max=100_000, step=50, label="Steps",
            help="How often it is corrected. More is better until the held-out curve rises again.",
        )  # fmt: skip
        stop_early: int = stop_early()
        rank: int = sdk.integer(
            16, min=1, max=256, label="Rank", help="How much it can learn; more makes a larger file."
        )
        alpha: float = sdk.number(
            32.0, min=0.1, max=1024.0, step=1.0, advanced=True, label="Alpha",
            help="How strongly it acts while it learns, compared with the rank.",
        )  # fmt: skip
        reach: str = sdk.choice(
            "attention", REACHES, label="Changes", help="Attention suffices for a manner; new matter needs more."
        )
        captions: bool = sdk.toggle(
            label="Captions first", help="Shows each text below its caption, so that it can be asked for later."
        )
        context: int = sdk.integer(
            512, min=16, max=8192, step=64, unit="tokens", group="Learning", advanced=True, label="Context",
            help="How much of a text it sees at once; never more than the model can.",
        )  # fmt: skip
        batch: int = sdk.integer(4, min=1, max=256, group="Learning", advanced=True, label="Batch size")
        rate: float = sdk.number(
            2e-4, min=1e-7, max=0.1, step=1e-5, group="Learning", advanced=True, label="Learning rate",
            help="How far one step may change it.",
        )  # fmt: skip
        average: float = sdk.number(
            0.0, min=0.0, max=0.9999, step=0.001, group="Learning", advanced=True, label="Moving average",
            help="Decay per step of averaged weights, which are steadier; 0 for none.",
        )  # fmt: skip
        checkpointing: bool = sdk.toggle(
            default=True, group="Learning", advanced=True, label="Gradient checkpointing",
            help="Much less memory, a third more time.",
        )  # fmt: skip
        judged: int = sdk.integer(
            20_000, min=100, max=10_000_000, group="Report", advanced=True, label="Text judged", unit="tokens",
            help="How much held-out text the final report is measured on.",
        )  # fmt: skip

    def train(self, params: Any, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, samples, checkpoints, and the LoRA with its report."""
        from studio_text.own_loading import memory_told
        from studio_text.training.lora_learning import LoraLearning

        with memory_told():
            yield from LoraLearning(params, ctx).lessons()

    def forecast(self, params: Any, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Load the model and time a few steps."""
        from studio_text.own_loading import memory_told
        from studio_text.training.lora_learning import LoraLearning

        with memory_told():
            return LoraLearning(params, ctx).forecast()
