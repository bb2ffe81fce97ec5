"""The trainer of models that find answers in a text. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Iterator

from studio import sdk
from studio.sdk.training import stop_early

FAMILY = "text.answer"


class TrainAnswer(sdk.Trainer):
    """Teaches a small model to find the answer to a question in a text.

    The dataset is a file of texts, one JSON object a line, each with the keys `text` and `questions`: a list of
    `question` and `answer`. Answers in a text's own words are learned from, the others only measured. The report tells
    how much of the answers it finds in texts it has not seen, beside taking the sentence most like the question, and
    how often it sees that a text holds no answer.
    """

    id = "studio.text.train-answer"
    title = "Teach an answer finder"
    makes = (sdk.Text,)
    teaches = FAMILY
    alters = ()
    needs = sdk.Needs(ram_gb=2.0, modules=("torch", "transformers", "accelerate"))

    class Params(sdk.Params):
        """What the artist can set."""

        data: sdk.Dataset = sdk.dataset("text", label="Dataset", help="Texts with questions and answers.")
        start_from: str = sdk.choice(
            "", [("", "A new model")], source="models:text.answer", label="Start from",
            help="Go on teaching a model instead of beginning with a new one. It keeps its size and its words.",
        )  # fmt: skip
        steps: int = sdk.integer(
            2000, min=1, max=1_000_000, step=100, label="Steps",
            help="How often the model is corrected. More is better until the held-out curve rises again.",
        )  # fmt: skip
        stop_early: int = stop_early()
        layers: int = sdk.integer(
            3, min=1, max=12, group="Size", label="Layers", when={"start_from": ""},
            help="How often each word looks at the words around it and at the question.",
        )  # fmt: skip
        width: int = sdk.integer(
            128, min=32, max=512, step=32, group="Size", label="Width", when={"start_from": ""},
            help="Numbers that describe a word in its context; rounded to a multiple of 32.",
        )  # fmt: skip
        context: int = sdk.integer(
            128, min=64, max=512, step=32, group="Size", label="Context", unit="tokens", when={"start_from": ""},
            help="How much of the text the model sees at once, with the question.",
        )  # fmt: skip
        vocabulary: int = sdk.integer(
            4096, min=300, max=30_000, group="Size", advanced=True, label="Vocabulary", when={"start_from": ""},
            help="Most different words and parts of words.",
        )  # fmt: skip
        batch: int = sdk.integer(
            32, min=1, max=1024, group="Learning", advanced=True, label="Batch", unit="questions",
            help="How many questions one step sees.",
        )  # fmt: skip
        rate: float = sdk.number(
            4e-3, min=1e-6, max=0.1, step=1e-4, group="Learning", advanced=True, label="Learning rate",
            help="How far one step may change the model. Use about a tenth when you go on from a model.",
        )  # fmt: skip
        hide_words: float = sdk.number(
            0.1, min=0.0, max=0.9, step=0.05, group="Learning", advanced=True, label="Hide words",
            help="Chance for each word to be hidden while learning, so that names are not learned by heart.",
        )  # fmt: skip
        judged: int = sdk.integer(
            2000, min=10, max=1_000_000, group="Report", advanced=True, label="Questions judged",
            help="How many held-out questions the final report is measured on, at most.",
        )  # fmt: skip

    def train(self, params: Params, ctx: sdk.TrainingContext) -> Iterator[sdk.Lesson | sdk.Result]:
        """Yield curves, samples and checkpoints, and at the end the model with its report."""
        from studio_text.training.answer_learning import Learning

        yield from Learning(params, ctx).lessons()

    def forecast(self, params: Params, ctx: sdk.TrainingContext) -> sdk.Forecast:
        """Build the model and time a few steps."""
        from studio_text.training.answer_learning import Learning

        return Learning(params, ctx).forecast()
