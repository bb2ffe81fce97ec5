"""The trainer of text models: from a folder of texts to a small language model. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Iterator

from studio import sdk
from studio.sdk.training import stop_early

FAMILY = "text.causal-lm"


class TrainTextModel(sdk.Trainer):
    """Teaches a small language model to write like the texts of a dataset, in any language.

    The texts may be poems, tales, letters or one long book. Captions say what a text is: the part before the first
    comma is its kind, the others are hints, of which some are hidden while learning so that both short and long
    captions work later. The report tells how well the model foresees texts it has not seen, beside a simple counting
    method, and how much of what it writes is copied.
    """

    id = "studio.text.train-lm"
    title = "Teach a text model"
    makes = (sdk.Text,)
    teaches = FAMILY
    alters = (("", "Some of the hints in captions are left out now and then; the texts stay as they are."),)
    needs = sdk.Needs(ram_gb=2.0, modules=("torch", "transformers", "accelerate"))

    class Params(sdk.Params):
        """What the artist can set."""

        data: sdk.Dataset = sdk.dataset("text", label="Dataset", help="The texts to learn from.")
        start_from: str = sdk.choice(
            "", [("", "A new model")], source="models:text.causal-lm", label="Start from",
            help="Go on teaching a model instead of beginning with a new one. It keeps its size and its characters. "
            "Small language models of your own are taught whole; for large ones use a LoRA.",
        )  # fmt: skip
        steps: int = sdk.integer(
            1500, min=1, max=1_000_000, step=100, label="Steps",
            help="How often the model is corrected. More is better until the held-out curve rises again.",
        )  # fmt: skip
        stop_early: int = stop_early()
        units: str = sdk.choice(
            "auto",
            [("auto", "As the script suggests"), ("characters", "Characters"), ("bytes", "Parts of words")],
            label="Reads and writes", when={"start_from": ""},
            help="What one step of writing is: a character suits Chinese, parts of words suit alphabets.",
        )  # fmt: skip
        layers: int = sdk.integer(
            4, min=1, max=24, group="Size", label="Layers", when={"start_from": ""},
            help="How often each word looks back at the text before it.",
        )  # fmt: skip
        width: int = sdk.integer(
            256, min=64, max=1024, step=64, group="Size", label="Width", when={"start_from": ""},
            help="Numbers that describe a word in its context; rounded to a multiple of 64.",
        )  # fmt: skip
        context: int = sdk.integer(
            256, min=32, max=2048, step=32, group="Size", label="Context", unit="tokens", when={"start_from": ""},
            help="How much of the text the model can see while it writes.",
        )  # fmt: skip
        vocabulary: int = sdk.integer(
            4096, min=300, max=4096, group="Size", advanced=True, label="Vocabulary", when={"start_from": ""},
            help="Most different characters or parts of words.",
        )  # fmt: skip
        batch: int = sdk.integer(
            2048, min=64, max=65536, step=64, group="Learning", advanced=True, label="Batch", unit="tokens",
            help="How much text one step sees.",
        )  # fmt: skip
        rate: float = sdk.number(
            4e-3, min=1e-6, max=0.1, step=1e-4, group="Learning", advanced=True, label="Learning rate",
            help="How far one step may change the model. Use about a tenth when you go on from a model; one of "
            "your own is taught with a twentieth of what stands here.",
        )  # fmt: skip
        decay: float = sdk.number(
            0.1, min=0.0, max=1.0, step=0.05, group="Learning", advanced=True, label="Weight decay",
            help="How strongly each step shrinks the weights. More keeps a model that reads few texts many times from "
            "learning them by heart.",
        )  # fmt: skip
        hide_tags: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, group="Learning", advanced=True, label="Hide hints",
            help="Chance for each part of a caption but the first to be hidden while learning.",
        )  # fmt: skip
        hide_captions: float = sdk.number(
            0.05, min=0.0, max=1.0, step=0.05, group="Learning", advanced=True, label="Hide captions",
            help="Chance for a whole caption to be hidden while learning.",
        )  # fmt: skip
        judged: int = sdk.integer(
            40_000, min=500, max=10_000_000, group="Report", advanced=True, label="Text judged", unit="tokens",
            help="How much held-out text the final report is measured on.",
        )  # fmt: skip

    def train(self, params: Params, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, samples and checkpoints, and at the end the model with its report."""
        from studio_text.training.learning import Learning

        yield from Learning(params, ctx).lessons()

    def forecast(self, params: Params, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the model and time a few steps."""
        from studio_text.training.learning import Learning

        return Learning(params, ctx).forecast()
