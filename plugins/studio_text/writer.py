"""Texts by the artist's own language model. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio_text.own_models import chosen_model, read_lora
from studio_text.writing import opening_words, tidy

if TYPE_CHECKING:
    from studio_text.own_loading import OwnModel

LORA_FAMILY = "text.lora"
MODEL_HELP = (
    "A folder with a language model in transformers' layout and .safetensors weights. It is used where it lies, never "
    "changed."
)
MODES = (("continue", "Go on from it"), ("answer", "Answer it"))


class Writer(sdk.Generator):
    """Goes on from your words, or answers them, with a language model of your own from a local folder.

    Any causal language model that transformers knows: Llama, Qwen, Mistral, Gemma, GPT-2 and others. Nothing is
    downloaded and no code from the folder is run. A LoRA taught here turns it to your texts.
    """

    id, title, makes = "studio.text.writer", "Own language model", (sdk.Text,)
    needs = sdk.Needs(ram_gb=4.0, modules=("torch", "transformers", "peft", "safetensors"))
    examples = (
        sdk.Example("Go on with a story", {"prompt": "The lighthouse keeper had not spoken to anyone for a year."}, 1),
        sdk.Example("Ask for a list", {"mode": "answer", "prompt": "Name ten titles for paintings of the sea."}, 2),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        prompt: str = sdk.prompt("Once upon a time", label="Beginning or question", help="What the model starts from.")
        mode: str = sdk.choice(
            "continue", MODES, label="What to do with it", help="Only models that were taught to chat can answer."
        )
        instruction: str = sdk.text(
            label="Instruction", max_length=4000, when={"mode": "answer"},
            help="In what manner to answer, e.g. “You write short, plain sentences.”",
        )  # fmt: skip
        model: str = sdk.choice(
            "", [("", "None chosen yet")], source="models:text.causal-lm", label="Model", help=MODEL_HELP, required=True
        )
        lora: str = sdk.choice(
            "", [("", "None")], source=f"models:{LORA_FAMILY}", label="LoRA",
            help="Turns the model to a manner of writing. It must have been taught on the same model.",
        )  # fmt: skip
        lora_weight: float = sdk.number(
            1.0, min=-2.0, max=2.0, step=0.05, label="LoRA weight", help="0 is without, 1 as it was taught."
        )
        length: int = sdk.integer(
            200, min=1, max=8000, step=50, unit="tokens", label="Length",
            help="Most tokens to write; a token is about three quarters of a word. The model may end earlier.",
        )  # fmt: skip
        continue_from: sdk.Text | None = sdk.text_in(
            label="Continue a text", help="Go on where this text ends. The beginning above is then left out."
        )
        temperature: float = sdk.number(
            0.8, min=0.1, max=2.0, step=0.05, group="Style", label="Temperature",
            help="Low: safe and repetitive. High: surprising, then nonsense.",
        )  # fmt: skip
        top_p: float = sdk.number(
            0.95, min=0.05, max=1.0, step=0.01, group="Style", advanced=True, label="Top-p",
            help="Only the likeliest words that together reach this probability are considered; 1 considers all.",
        )  # fmt: skip
        top_k: int = sdk.integer(
            0, min=0, max=1000, group="Style", advanced=True, label="Top-k",
            help="Only this many of the likeliest words are considered; 0 considers all.",
        )  # fmt: skip
        repetition_penalty: float = sdk.number(
            1.05, min=1.0, max=2.0, step=0.01, group="Style", advanced=True, label="Repetition penalty",
            help="Above 1, words that occurred lately become less likely.",
        )  # fmt: skip
        stop: str = sdk.text(
            "", max_length=200, advanced=True, label="Stop at",
            help="The text ends before these characters if they come up.",
        )  # fmt: skip

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield the text piece by piece, then whole.

        Raises:
            OutOfMemory: the device cannot hold the model.
        """
        from studio_text.own_loading import memory_told

        folder = chosen_model(params.model, ctx)
        lora = read_lora(ctx.model(params.lora)) if params.lora else None
        ctx.progress(0, params.length, "Loading the model")
        with memory_told():
            own = _loaded(folder, ctx)
            own.wear(lora, params.lora_weight)
            yield from _written(own, params, ctx)


def _loaded(folder: Any, ctx: sdk.Context) -> OwnModel:
    """The model, kept between runs for as long as its folder stays as it is."""
    from studio_text.own_loading import OwnModel

    key = f"writer {folder.path.resolve()} {folder.stamp} {ctx.device} {ctx.dtype}"
    return ctx.load(key, lambda: OwnModel(folder, ctx.device, ctx.dtype))


def _written(own: OwnModel, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
    """The text while it grows, and at the end whole."""
    from studio.sdk.cancelling import cancel_points
    from studio_text.own_writing import Manner, Spelling, tokens

    given = tidy(params.continue_from.text if params.continue_from else params.prompt).rstrip(" ")
    ids = _start(own, given, params)
    spelling, stop = Spelling(own.tokenizer, ids), Stopping(tidy(params.stop))
    manner = Manner(params.temperature, params.top_p, params.top_k, params.repetition_penalty)
    text = "" if params.mode == "answer" else given
    if text:
        yield sdk.TextDelta(text)
    count = 0
    with cancel_points(ctx, own.model):
        for token in tokens(own, ids, manner, ctx.seed):
            count += 1
            piece = stop.take(tidy(spelling.take(token)))
            ctx.progress(count, params.length, "Writing")
            if piece:
                text += piece
                yield sdk.TextDelta(piece)
            if count >= params.length or stop.found:
                break
    text += stop.take(tidy(spelling.rest())) + stop.rest()
    ctx.progress(params.length, params.length, "Done")
    if not text.strip():
        raise sdk.UserError(
            "The model ended the text before it wrote anything.", param="prompt", hint="Try other words or a seed."
        )
    yield sdk.Text(text=text, title=opening_words(text), meta={"architecture": own.folder.kind, "tokens": count})


def _start(own: OwnModel, given: str, params: Any) -> list[int]:
    from studio_text.own_writing import asked, beginning

    room = min(params.length, own.context // 2)
    if params.mode == "continue":
        return beginning(own, given, room)
    ids = asked(own, given, tidy(params.instruction), room)
    if ids is None:
        raise sdk.UserError(
            "This model was not taught to chat.", param="mode", hint="Let it go on from your words instead."
        )
    return ids


class Stopping:
    """Holds back the end of a growing text while it may begin the words to stop at.

    Attributes:
        found: whether those words came up.
    """

    def __init__(self, words: str) -> None:
        """Empty words stop nothing."""
        self._words, self._held = words, ""
        self.found = False

    def take(self, piece: str) -> str:
        """What can be shown of what came so far."""
        if self.found:
            return ""
        self._held += piece
        if self._words and self._words in self._held:
            self.found = True
            shown, self._held = self._held.partition(self._words)[0], ""
            return shown
        longest = min(len(self._words) - 1, len(self._held)) if self._words else 0
        kept = next((size for size in range(longest, 0, -1) if self._words.startswith(self._held[-size:])), 0)
        shown, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return shown

    def rest(self) -> str:
        """What was held back for nothing."""
        shown, self._held = self._held, ""
        return shown
