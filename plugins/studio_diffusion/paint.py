"""Pictures from words with the artist's own model. Imports nothing heavy by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio_diffusion.folders import PipelineFolder, read_lora, read_pipeline

if TYPE_CHECKING:
    from studio_diffusion.pipelines import LoadedPipeline

LORA_FAMILY = "image.lora"
MODEL_HELP = (
    "A folder in diffusers' layout: Stable Diffusion 1.5 or 2, SDXL or Flux. It is used where it lies, never changed."
)


class Paint(sdk.Generator):
    """Paints what your words say with an image model of your own: Stable Diffusion, SDXL or Flux, from a local folder.

    Nothing is downloaded and no code from the folder is run. A LoRA, found or taught here, turns the same model to
    your subject or style.
    """

    id, title, makes = "studio.image.diffusion", "Own image model", (sdk.Image,)
    needs = sdk.Needs(ram_gb=7.0, modules=("torch", "diffusers", "transformers", "peft", "safetensors"))
    examples = (
        sdk.Example("A fox in snow", {"prompt": "a fox in the snow, soft morning light, detailed fur"}, 1),
        sdk.Example("Ink and wash", {"prompt": "mountains in mist, ink wash painting, few strokes", "steps": 30}, 2),
        sdk.Example("A quick draft", {"prompt": "a small house by the sea, oil painting", "steps": 12}, 3),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        prompt: str = sdk.prompt(label="Prompt", help="What the picture shows, and in what manner.")
        model: str = sdk.choice(
            "",
            [("", "None chosen yet")],
            source="models:image.diffusion",
            label="Model",
            help=MODEL_HELP,
            required=True,
        )
        lora: str = sdk.choice(
            "", [("", "None")], source=f"models:{LORA_FAMILY}", label="LoRA",
            help="Turns the model to a subject or style. It must have been made for the same kind of model.",
        )  # fmt: skip
        lora_weight: float = sdk.number(
            1.0, min=-2.0, max=2.0, step=0.05, label="LoRA weight", help="0 is without, 1 as it was taught."
        )
        negative: str = sdk.text(
            label="Negative prompt", help="What should not be there. Flux does not know such words and leaves them out."
        )
        natural: bool = sdk.toggle(
            default=True, label="The model's own size", help="The size of the pictures it learned from suits it best."
        )
        size: tuple[int, int] = sdk.size(
            512, 512, min=64, max=2048, when={"natural": False}, help="Rounded down to what the model can draw."
        )
        steps: int = sdk.integer(25, min=1, max=150, help="More steps draw finer, and take longer in proportion.")
        guidance: float = sdk.number(
            0.0, min=0.0, max=30.0, step=0.5, label="Guidance",
            help="How strictly the words are followed; 0 takes what suits the kind of model.",
        )  # fmt: skip
        save_memory: bool = sdk.toggle(
            advanced=True, label="Save memory",
            help="Keeps only the working part of the model on the GPU and finishes the picture in tiles; slower.",
        )  # fmt: skip

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield the picture.

        Raises:
            OutOfMemory: model and picture do not fit into memory.
        """
        folder = chosen_pipeline(params.model, ctx)
        lora = read_lora(ctx.model(params.lora)) if params.lora else None
        ctx.progress(0, params.steps + 1, "Loading the model")
        loaded = _loaded(folder, params, ctx)
        loaded.wear(lora, params.lora_weight)
        yield _painted(loaded, params, ctx, lora)
        ctx.progress(params.steps + 1, params.steps + 1, "Done")


def chosen_pipeline(ref: str, ctx: sdk.Context, param: str = "model") -> PipelineFolder:
    """The artist's choice, judged. Raises `UserError` when nothing was chosen or it does not work here."""
    if not ref:
        raise sdk.UserError(
            "Choose an image model first.", param=param,
            hint="Any folder with Stable Diffusion, SDXL or Flux in diffusers' layout: folder:PATH.",
        )  # fmt: skip
    return read_pipeline(ctx.model(ref), param)


def _loaded(folder: PipelineFolder, params: Any, ctx: sdk.Context) -> LoadedPipeline:
    """The pipeline, kept between runs for as long as its folder stays as it is."""
    from studio_diffusion.pipelines import LoadedPipeline, memory_told

    key = f"diffusion {folder.path.resolve()} {folder.stamp} {ctx.device} {ctx.dtype} {params.save_memory}"
    with memory_told():
        return ctx.load(key, lambda: LoadedPipeline(folder, ctx.device, ctx.dtype, save_memory=params.save_memory))


def _painted(loaded: LoadedPipeline, params: Any, ctx: sdk.Context, lora: Path | None) -> sdk.Image:
    from studio_diffusion.painting import Wish, paint

    kind = loaded.folder.kind
    words = {"prompt": _shown(params.prompt)}
    if kind.negative and params.negative.strip():  # without any, the model knows better what to do
        words["negative_prompt"] = _shown(params.negative)
    elif params.negative.strip():
        ctx.log(f"{kind.title} knows no negative prompt; it was left out.")
    natural = loaded.natural_size
    width, height = (natural, natural) if params.natural else params.size
    width, height = (max(1, side // loaded.grain) * loaded.grain for side in (width, height))
    guidance = params.guidance or kind.guidance
    pixels = paint(loaded, Wish(words, width, height, params.steps, guidance, ctx.seed), ctx)
    if pixels is None:
        raise sdk.UserError(
            "The model's own safety checker withheld this picture.", param="prompt", hint="Try other words or a seed."
        )
    meta = {"kind": kind.name, "guidance": guidance, "width": width, "height": height}
    if lora is not None:
        meta["lora"] = lora.parent.name
    return sdk.Image(pixels, title=" ".join(params.prompt.split())[:80], meta=meta)


def _shown(text: str) -> str:
    """Words as the model's tokenizer takes them: without control characters, and no longer than it could ever read."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:4000].strip()
