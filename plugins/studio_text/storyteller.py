"""The storyteller: tales, poems and scenes from a small language model that ships with the studio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from studio import sdk
from studio_text.drafts import Draft, Page, best
from studio_text.writing import Writing, opening_words, tidy

if TYPE_CHECKING:
    from studio_text.decoding import LoadedModel

STARTER = "starter:storyteller"
LONGEST_TITLE = 32
"""Tokens of a title the model is shown; longer ones did not occur in training."""


class Storyteller(sdk.Generator):
    """Tells fairy tales and writes verse and scenes, word by word, from a beginning you give it.

    A small language model trained for this studio on public-domain fairy tales, English poems and Shakespeare. It
    knows how such texts sound, not what is true, and it loses the thread after a while: good for openings, odd turns
    and lines to build on.
    """

    id = "studio.text.storyteller"
    title = "Storyteller"
    makes = (sdk.Text,)
    needs = sdk.Needs(ram_gb=0.7, modules=("torch", "transformers"))
    examples = (
        sdk.Example("Once upon a time", {"length": 120}, seed=8),
        sdk.Example(
            "The fox and the moon",
            {"title": "The Fox and the Moon", "prompt": "Long ago, when the moon was still young,", "length": 100},
            seed=5,
        ),
        sdk.Example(
            "A poem by night", {"kind": "poem", "prompt": "The moon is up, the night is still,", "length": 60}, seed=1
        ),
        sdk.Example(
            "A forest near Athens",
            {"kind": "play", "title": "SCENE I. A forest near Athens.", "prompt": "", "length": 80},
            seed=4,
        ),
    )

    class Params(sdk.Params):
        """What the artist can set."""

        prompt: str = sdk.prompt(
            "Once upon a time there was a",
            label="Beginning",
            help="The first words; the text goes on from here. Leave it empty to be surprised.",
        )
        kind: str = sdk.choice(
            "tale", [("tale", "Fairy tale"), ("poem", "Poem"), ("play", "Scene of a play")], label="Kind"
        )
        title: str = sdk.text(
            "", max_length=200, label="Title", help="A title for it, which also hints at what it should be about."
        )
        length: int = sdk.integer(
            160, min=10, max=1000, step=10, unit="words", label="Length",
            help="About how many words to write. The last sentence is finished; a poem may end earlier.",
        )  # fmt: skip
        drafts: int = sdk.integer(
            1, min=1, max=8, label="Drafts",
            help="Writes so many texts, drops those that repeat themselves, and keeps the one the model finds most "
            "fitting. The first is shown while they grow.",
        )  # fmt: skip
        continue_from: sdk.Text | None = sdk.text_in(
            label="Continue a text", help="Go on where this text ends. The beginning above is then left out."
        )
        temperature: float = sdk.number(
            0.85, min=0.1, max=2.0, step=0.05, group="Style", label="Temperature",
            help="Low: safe and repetitive. High: surprising, then nonsense.",
        )  # fmt: skip
        top_p: float = sdk.number(
            0.92, min=0.05, max=1.0, step=0.01, group="Style", advanced=True, label="Top-p",
            help="Only the likeliest words that together reach this probability are considered; 1 considers all.",
        )  # fmt: skip
        top_k: int = sdk.integer(
            60, min=0, max=1000, group="Style", advanced=True, label="Top-k",
            help="Only this many of the likeliest words are considered; 0 considers all.",
        )  # fmt: skip
        repetition_penalty: float = sdk.number(
            1.15, min=1.0, max=2.0, step=0.01, group="Style", advanced=True, label="Repetition penalty",
            help="Above 1, words that occurred lately become less likely.",
        )  # fmt: skip
        stop: str = sdk.text(
            "", max_length=200, advanced=True, label="Stop at",
            help="The text ends before these characters if they come up.",
        )  # fmt: skip

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield the text piece by piece, then whole.

        Raises:
            OutOfMemory: the device cannot hold even this model.
        """
        from studio_text.decoding import LoadedModel, Sampling, Scribe, begin, out_of_memory

        ctx.progress(0, params.length, "Loading the model")
        folder = ctx.model(STARTER)
        with out_of_memory():
            loaded = ctx.load(f"{self.id}:{ctx.device}", lambda: LoadedModel(folder, ctx.device))
        given = tidy(params.continue_from.text if params.continue_from else params.prompt)
        # Words carry the space before them, so one at the end of the beginning would be one too many.
        given = given.rstrip(" ")
        heading = " ".join(tidy(params.title).split())
        stop = tidy(params.stop)
        drafts = begin(
            _page(loaded, params.kind, heading, given),
            lambda: Writing(loaded.table, loaded.end, words=params.length, stop=stop),
            ctx.seed,
            params.drafts,
        )
        sampling = Sampling(params.temperature, params.top_p, params.top_k, params.repetition_penalty)
        if given:
            yield sdk.TextDelta(given)
        message = "Writing" if params.drafts == 1 else f"Writing {params.drafts} drafts"
        with out_of_memory(), Scribe(loaded, drafts, sampling) as pieces:
            for piece in pieces:
                words = sum(min(draft.writing.words, params.length) for draft in drafts)
                ctx.progress(words / params.drafts, params.length, message)
                if piece:
                    yield sdk.TextDelta(piece)
        ctx.progress(params.length, params.length, "Done")
        yield _finished(drafts, params, given, heading)


def _finished(drafts: Sequence[Draft], params: Storyteller.Params, given: str, heading: str) -> sdk.Text:
    """The best of the drafts. Raises `UserError` where nothing was written at all."""
    number, repeating = best(drafts)
    writing = drafts[number].writing
    text = given + writing.text
    if not text.strip():
        raise sdk.UserError("Nothing was written before the text to stop at came up.", param="stop")
    meta: dict[str, sdk.Json] = {
        "kind": params.kind, "tokens": writing.tokens, "words": writing.words, "ending": writing.ending
    }  # fmt: skip
    if len(drafts) > 1:
        meta |= {"drafts": len(drafts), "draft": number + 1, "repeating": repeating}
    return sdk.Text(text=text, title=heading or opening_words(text), meta=meta)


def _page(loaded: LoadedModel, kind: str, heading: str, given: str) -> Page:
    title = [loaded.token("title"), *loaded.encode(heading)[:LONGEST_TITLE]] if heading else []
    return Page(loaded.token(kind), [*title, loaded.token("text")], loaded.encode(given))
