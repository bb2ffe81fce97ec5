"""Answers from a text: a small model points at the words that answer a question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from studio import sdk
from studio_text.writing import opening_words, tidy

if TYPE_CHECKING:
    from studio_text.answering import Found
    from studio_text.reading import Page

STARTER = "starter:answer"

NOT_FOUND = "I found no answer in this text."

TALE = """A miller had three daughters, and the youngest, Maren, kept the geese. One evening in late autumn a grey \
goose did not come home. Maren took the lantern and went down to the river to look for it.

Under the old bridge she found a troll sitting in the mud. He was weeping because he had lost his silver spoon, and \
without it he could not eat his soup. "If you give me back my goose," said Maren, "I will find your spoon."

She held the lantern over the water and saw something shine between the stones. The troll was so glad that he gave her \
the goose and a little bell besides. "Ring it when you are in need," he said.

In the winter the mill burned down. Maren rang the bell, and in one night seven trolls built a new mill of stone."""
"""A short tale, written for this studio, to try questions on."""


class Answer(sdk.Generator):
    """Finds the answer to a question in a tale or an article you paste.

    A small model trained for this studio on children's questions to fairy tales, in English. It points at words of the
    text and shows the sentence they stand in; it knows nothing beyond the text and draws no conclusions. It is right
    more often about who, what and where than about why, and often wrong: so it says how sure it is, and says that it
    found no answer when it is not.
    """

    id = "studio.text.answer"
    title = "Answer from a text"
    makes = (sdk.Text,)
    needs = sdk.Needs(ram_gb=0.7, modules=("torch", "transformers", "safetensors"))
    examples = (
        sdk.Example("Who sat under the bridge?", {"question": "Who was sitting under the old bridge?"}),
        sdk.Example("Why was the troll weeping?", {"question": "Why was the troll weeping?"}),
        sdk.Example("What did he give her?", {"question": "What did the troll give Maren?"}),
        sdk.Example("Something the tale does not say", {"question": "What did the king buy in the city?"}),
    )

    class Params(sdk.Params):
        """What the artist can set."""

        question: str = sdk.prompt(
            "Who was sitting under the old bridge?",
            label="Question", help="A question in English whose answer stands in the text.",
        )  # fmt: skip
        text: str = sdk.text(
            TALE, label="Text", when={"source": None}, help="The tale or article to look in. Paste it here."
        )
        source: sdk.Text | None = sdk.text_in(
            label="Text from the library", help="Look in this text; the one above is then left out."
        )
        others: int = sdk.integer(
            1, min=0, max=5, label="Other places",
            help="How many further places to show where the answer might stand.",
        )  # fmt: skip
        always: bool = sdk.toggle(
            default=False, advanced=True, label="Always answer",
            help="Show the likeliest place also when the model thinks that the text holds no answer.",
        )  # fmt: skip
        model: str = sdk.choice(
            STARTER, [(STARTER, "The studio's own")], source="models:text.answer", advanced=True, label="Model",
            help="The studio's own model, or one that you taught to find answers.",
        )  # fmt: skip

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield the answer, then the sentence it stands in, then all of it as one text.

        Raises:
            OutOfMemory: the device cannot hold even this model.
        """
        from studio_text.answering import Finder
        from studio_text.decoding import out_of_memory

        question, text = _asked(params)
        ctx.progress(0, 1, "Loading the model")
        folder = ctx.model(params.model)
        with out_of_memory():
            try:
                finder = ctx.load(f"{self.id}:{ctx.device}:{params.model}", lambda: Finder.read(folder, ctx.device))
            except (OSError, ValueError, KeyError) as error:
                raise sdk.UserError(
                    "This model does not find answers.", param="model", hint="Choose the studio's own."
                ) from error
            page = finder.page(text)
            if not page.sentences:
                raise sdk.UserError("There are no sentences in this text.", param=_field(params))
            found = finder.find(page, question, lambda done, total: ctx.progress(done / (total + 1), 1, "Reading"))
        least = 0.0 if params.always or finder.scale is None else finder.scale.least
        whole = ""
        for part in _parts(page, found[: 1 + params.others], least):
            whole += part
            yield sdk.TextDelta(part)
        ctx.progress(1, 1, "Done")
        yield sdk.Text(text=whole, title=opening_words(question, 10), meta=_meta(question, found, least))


def _asked(params: Answer.Params) -> tuple[str, str]:
    """Question and text, tidied; `UserError` where one is missing."""
    question = " ".join(tidy(params.question).split())
    if not re.search(r"\w", question):
        raise sdk.UserError("Ask a question first.", param="question")
    text = tidy(params.source.text if params.source else params.text)
    if not re.search(r"\w", text):
        raise sdk.UserError("There is no text to look in.", param=_field(params), hint="Paste a tale or an article.")
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    if 2 * sum(letter.isascii() for letter in letters) < len(letters):
        raise sdk.UserError("This model reads English only.", param=_field(params), hint="Paste an English text.")
    return question, text


def _field(params: Answer.Params) -> str:
    return "source" if params.source else "text"


def _parts(page: Page, found: Sequence[Found], least: float) -> Iterator[str]:
    """What is shown, piece by piece: the answer, its sentence, how sure; then the same for other places."""
    sure = bool(found) and (found[0].confidence or 0.0) >= least
    yield found[0].text if sure else NOT_FOUND
    if not sure and found:
        yield "\n\nThe likeliest place:"
    for number, one in enumerate(found):
        if number == 1:
            yield "\n\nOther places:" if sure else ""
        words = f"{one.text}\n" if number or not sure else ""
        sentence = " ".join(page.text[one.sentence_start : one.sentence_end].split())
        yield f"\n\n{words}“{sentence}”\nHow sure: {one.confidence or 0.0:.0%}"


def _meta(question: str, found: Sequence[Found], least: float) -> dict[str, sdk.Json]:
    best = found[0] if found else None
    if best is None:
        return {"question": question, "found": False}
    return {
        "question": question,
        "found": (best.confidence or 0.0) >= least,
        "answer": best.text,
        "confidence": round(best.confidence or 0.0, 4),
        "place": [best.start, best.end],
    }
