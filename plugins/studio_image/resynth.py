"""The resynthesis generator: more of an example's texture, or a picture painted in an example's manner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio_image.synthesis import Job

MODES = (("texture", "More of the same texture"), ("style", "A picture in the example's style"))
QUALITY = (("draft", "Draft"), ("normal", "Normal"), ("fine", "Fine"))
ROUNDS = {"draft": 0.5, "normal": 1.0, "fine": 2.0}
OWN = (("pebbles", "lichen"), ("agate", "reef"), ("strokes", "ember"), ("reaction", "porcelain"), ("wood", "walnut"),
       ("cracks", "terracotta"), ("terrazzo", "carnival"))  # fmt: skip
"""Style and palette of the example the generator makes when none is given."""
EXAMPLE_SIDE = 320
"""Longest side at which an example is studied, pixels, at feature size 1."""


class Resynth(sdk.Generator):
    """New pictures out of an example, without any model: more of its texture at any size, or another picture painted
    in its manner.

    The texture always tiles without a seam. Regular or grainy surfaces (brick, gravel, cloth, foliage) work best; for
    a style, take an example with clear strokes or patterns.
    """

    id, title, makes = "studio.image.resynth", "Resynthesis", (sdk.Image,)
    needs = sdk.Needs(ram_gb=0.5, modules=("numpy", "scipy.ndimage", "scipy.interpolate", "PIL.Image"))
    examples = (
        sdk.Example("More pebbles", {}, 0),
        sdk.Example("More brush strokes", {}, 2),
        sdk.Example("More coral, finer", {"features": 0.7}, 3),
        sdk.Example("A wide strip of wood", {"size": [1024, 256]}, 4),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        mode: str = sdk.choice("texture", MODES, help="What to make of the example.")
        example: sdk.Image | None = sdk.image(
            help="The texture or the manner to take. Without one, a texture made here."
        )
        content: sdk.Image | None = sdk.image(
            label="Picture to paint", when={"mode": "style"}, required=True, help="What the new picture shows."
        )
        size: tuple[int, int] = sdk.size(384, 384, min=64, max=1024, when={"mode": "texture"})
        longer_side: int = sdk.integer(
            512, min=64, max=1024, step=8, unit="px", when={"mode": "style"}, label="Longer side"
        )
        features: float = sdk.number(
            1.0, min=0.4, max=2.0, step=0.1, label="Size of features", help="Enlarges or shrinks the example first."
        )
        likeness: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, group="Style", when={"mode": "style"},
            help="How closely the new picture follows the picture to paint.",
        )  # fmt: skip
        brush: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, group="Style", when={"mode": "style"}, label="Breadth of strokes",
            help="Broad takes larger pieces of the example.",
        )  # fmt: skip
        keep_colors: bool = sdk.toggle(
            group="Style", when={"mode": "style"}, label="Keep the picture's colours", help="Takes only the strokes."
        )
        quality: str = sdk.choice("normal", QUALITY, advanced=True, help="Fine takes about twice as long as normal.")

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Image]:
        """Yield the new picture."""
        ctx.progress(0, 100, "Reading the example")
        yield _style(params, ctx) if params.mode == "style" else _texture(params, ctx)


def _texture(params: Any, ctx: sdk.Context) -> sdk.Image:
    """More of the example's texture."""
    from studio_image.synthesis import texture, to_bytes, to_lab

    width, height = params.size
    made = texture(to_lab(_example(params, ctx)), height, width, _job(params, ctx, "Weaving patches"))
    ctx.progress(100, 100, "Done")
    return sdk.Image(to_bytes(made), title="More of the same texture", meta={"tileable": True})


def _style(params: Any, ctx: sdk.Context) -> sdk.Image:
    """The content in the example's manner."""
    from studio_image.pictures import fitted, rgb
    from studio_image.synthesis import style, to_bytes, to_lab

    if params.content is None:
        raise sdk.UserError("Pick a picture to paint.", param="content", hint="Any photograph or drawing will do.")
    content = to_lab(fitted(rgb(params.content, "content"), params.longer_side, enlarge=True))
    example = to_lab(_example(params, ctx))
    made = style(content, example, params.likeness, params.brush, _job(params, ctx, "Painting"))
    if params.keep_colors:
        made[..., 1:] = content[..., 1:]
    ctx.progress(100, 100, "Done")
    return sdk.Image(to_bytes(made), title="Painted in the example's style")


def _example(params: Any, ctx: sdk.Context) -> NDArray[np.uint8]:
    """The example at the size it is studied, or one made here; no side shorter than two patches."""
    from studio_image.patches import PATCH
    from studio_image.pictures import fitted, resized, rgb

    picture = _own(ctx) if params.example is None else rgb(params.example, "example")
    longest = round(min(EXAMPLE_SIDE, max(picture.shape[:2])) * params.features)
    picture = fitted(picture, longest, enlarge=True)
    height, width = picture.shape[:2]
    return resized(picture, max(width, 2 * PATCH), max(height, 2 * PATCH))


def _own(ctx: sdk.Context) -> NDArray[np.uint8]:
    """A texture of the generator's own, another kind for another seed."""
    from studio_image.canvas import Look
    from studio_image.palettes import PALETTES, parse, ramp
    from studio_image.shading import Light
    from studio_image.texture import sketch

    style, palette = OWN[ctx.seed % len(OWN)]
    light = Light(ramp(parse(PALETTES[palette][1])), relief=0.5)
    return sketch(style, Look(scale=1.4), light, (208, 208), ctx)


def _job(params: Any, ctx: sdk.Context, message: str) -> Job:
    """What the synthesis is told of this run."""
    from studio_image.synthesis import Job

    def report(share: float, picture: Callable[[], NDArray[np.uint8]]) -> None:
        ctx.progress(2 + 96 * share, 100, message, lambda: sdk.Image(picture()))

    return Job(ctx.rng, ctx.check, report, ROUNDS[params.quality])
