"""`studio.mesh.voxel`: objects of coloured voxels from a few words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    from studio_mesh.voxel_model import Solid, VoxelModel
    from studio_mesh.voxel_words import Reading

STARTER = "starter:voxels"

HINTED = 12
"""Known words that are named when none of the artist's is known."""


class VoxelObjects(sdk.Generator):
    """Makes a small 3D object from a few words: a pine tree, a red mushroom, a house, a bench.

    The model that comes along learned from 380 low-poly objects. It puts together 32 × 32 × 32 coloured voxels, as
    blocks or with a smooth skin, closed and ready to print; blocks can be saved as `.vox` for voxel editors as well.
    It knows 180 words, in English; others are left out, and it says which.
    """

    id = "studio.mesh.voxel"
    title = "Voxel objects"
    makes = (sdk.Mesh,)
    needs = sdk.Needs(ram_gb=0.8, modules=("torch", "scipy.ndimage", "skimage.measure"))
    examples = (
        sdk.Example("Pine tree", {"prompt": "tall pine tree"}, 1),
        sdk.Example("Red mushroom", {"prompt": "red mushroom"}, 1),
        sdk.Example("House", {"prompt": "house"}, 4),
        sdk.Example("Armchair", {"prompt": "lounge chair"}, 1),
        sdk.Example("Police car", {"prompt": "police car"}, 1),
        sdk.Example("Autumn tree", {"prompt": "autumn tree", "surface": "smooth"}, 3),
        sdk.Example("Boulder", {"prompt": "large rock", "surface": "smooth", "variation": 0.8}, 2),
        sdk.Example("Surprise", {"prompt": "", "variation": 0.6}, 7),
    )

    class Params(sdk.Params):
        """What the artist chooses."""

        prompt: str = sdk.prompt(
            "pine tree",
            label="Words",
            help="A thing and what it is like, in a few words. Leave it empty for a surprise.",
        )
        model: str = sdk.choice(STARTER, source="models:mesh.voxels", label="Model")
        surface: str = sdk.choice(
            "blocks", (("blocks", "Blocks"), ("smooth", "Smooth"), ("greedy", "Blocks, few faces")),
            help="Blocks keeps every voxel; Smooth draws one skin over them. Few faces joins squares into rectangles: "
            "light for games, and not watertight for a printer.",
        )  # fmt: skip
        variation: float = sdk.number(
            0.3, min=0.0, max=1.0, step=0.05, label="Variation",
            help="How far seeds wander from the objects the model learned from. Words it met in only one object leave"
            " little to vary.",
        )  # fmt: skip
        size: float = sdk.number(0.2, min=0.02, max=10.0, step=0.01, unit="m", label="Size", help="The longest side.")

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield one `sdk.Mesh`: coloured, in metres, standing on y = 0, closed unless few faces are wanted.

        Raises:
            UserError: none of the words is known, the model cannot be read, or nothing came of the words.
        """
        from studio_mesh.voxel_surface import blocks, firmed, merged, smooth

        ctx.progress(0, 3, "loading the model")
        folder = ctx.model(params.model)
        model = ctx.load(f"{self.id}:{folder}:{ctx.device}", lambda: _loaded(folder, ctx.device))
        prompt = params.prompt if params.prompt.strip() else _surprise(model, ctx)
        reading = _read(model, prompt, ctx)
        ctx.progress(1, 3, "shaping")
        solid = model.make(reading.known, params.variation, ctx.rng("object"))
        ctx.progress(2, 3, "making the surface", preview=lambda: _preview(solid))
        meta: dict[str, Any] = {"words": list(reading.known), "left out": list(reading.unknown)}
        shape = {"blocks": blocks, "smooth": smooth, "greedy": merged}[params.surface]
        title = " ".join(reading.known).capitalize()
        mesh = shape(firmed(solid.occupancy), solid.colors, size=params.size, title=title, meta=meta)
        if mesh is None:
            raise sdk.UserError(
                "Nothing came of these words.", param="prompt", hint="Try another seed, less variation or fewer words."
            )
        ctx.progress(3, 3, "done")
        yield mesh


def _loaded(folder: Path, device: str) -> VoxelModel:
    from studio_mesh.voxel_model import VoxelModel

    try:
        return VoxelModel.load(folder, device)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise sdk.UserError(
            f"The model “{folder.name}” can't be used for voxel objects ({error}).", param="model"
        ) from error


def _surprise(model: VoxelModel, ctx: sdk.Context) -> str:
    captions = sorted(set(model.captions))
    return captions[int(ctx.rng("surprise").integers(len(captions)))]


def _read(model: VoxelModel, prompt: str, ctx: sdk.Context) -> Reading:
    """The prompt's known words; what was left out or taken for another word is logged."""
    reading = model.vocabulary.read(prompt)
    for written, taken in reading.taken_for:
        ctx.log(f"“{written}” is taken for “{taken}”.")
    if reading.unknown:
        ctx.log(f"The model does not know {_listed(reading.unknown)}; left out.")
    if not reading.known:
        raise sdk.UserError(
            "The model knows none of these words.", param="prompt",
            hint=f"Some that it knows: {', '.join(model.vocabulary.words[:HINTED])}.",
        )  # fmt: skip
    return reading


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _preview(solid: Solid) -> sdk.Image:
    import numpy as np

    from studio_mesh.geometry import Surface
    from studio_mesh.preview import render
    from studio_mesh.voxel_surface import block_surface, firmed

    nothing = Surface(np.zeros((0, 3)), np.zeros((0, 3), np.int64), np.zeros((0, 3)), np.zeros((0, 3)))
    return render(block_surface(firmed(solid.occupancy), solid.colors) or nothing)
