"""The texture generator: a style gives a field, a palette and a light make it a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import studio.sdk as sdk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio_image.canvas import Canvas, Field, Look
    from studio_image.shading import Light

STYLE_OPTIONS = (
    ("silk", "Folded silk"), ("clouds", "Clouds"), ("ridges", "Ridges"), ("marble", "Marble"), ("agate", "Agate"),
    ("wood", "Wood"), ("weave", "Woven cloth"), ("pebbles", "Pebbles"), ("cracks", "Cracked earth"),
    ("mosaic", "Leaded glass"), ("terrazzo", "Terrazzo"), ("crystal", "Crystal"),
    ("reaction", "Reaction–diffusion"), ("hair", "Combed threads"), ("strokes", "Brush strokes"),
)  # fmt: skip
PATTERN_OPTIONS = (
    ("coral", "Coral"), ("colonies", "Coral colonies"), ("maze", "Maze"), ("spots", "Spots"),
    ("cells", "Dividing cells"), ("worms", "Worms"), ("holes", "Holes"),
)  # fmt: skip
PALETTE_OPTIONS = (
    ("ink", "Ink and bone"), ("ember", "Ember"), ("deep-sea", "Deep sea"), ("moss", "Moss"),
    ("terracotta", "Terracotta"), ("aurora", "Aurora"), ("dusk", "Dusk"), ("porcelain", "Porcelain blue"),
    ("malachite", "Malachite"), ("gold", "Gold leaf"), ("lichen", "Lichen"), ("sakura", "Sakura"), ("slate", "Slate"),
    ("indigo", "Indigo dye"), ("reef", "Coral reef"), ("opal", "Opal"), ("carnival", "Carnival"),
    ("walnut", "Walnut"), ("marble", "White marble"), ("neon", "Neon night"), ("grey", "Grey"),
    ("two", "Two colours of mine"), ("three", "Three colours of mine"), ("picture", "From a picture"),
)  # fmt: skip
BENT = ["silk", "clouds", "ridges", "marble", "agate", "wood", "weave", "pebbles", "cracks", "mosaic", "terrazzo",
        "crystal", "hair", "strokes"]  # fmt: skip
SKETCH = 288
"""Longer side of the sketch shown while the full picture is worked out, pixels."""


class Texture(sdk.Generator):
    """Seamless textures from a seed alone: cloth, stone, wood, glass, cells, growth patterns and flowing strokes.

    Every texture tiles without a seam in both directions. Choose a style, a palette and a seed; switch on the height
    map to get the surface as a second, grey picture for relief or 3D.
    """

    id, title, makes = "studio.image.texture", "Texture", (sdk.Image,)
    needs = sdk.Needs(ram_gb=0.35, modules=("numpy", "scipy.ndimage", "scipy.interpolate", "PIL.Image"))
    examples = (
        sdk.Example("Silk at dusk", {"style": "silk", "palette": "dusk"}, 1),
        sdk.Example("Blue agate", {"style": "agate", "palette": "indigo", "gloss": 0.5}, 2),
        sdk.Example("Glowing coral", {"style": "reaction", "pattern": "coral", "palette": "ember"}, 1),
        sdk.Example("River of gold", {"style": "hair", "palette": "gold", "gloss": 0.4}, 1),
        sdk.Example("Church window", {"style": "mosaic", "palette": "carnival"}, 1),
        sdk.Example("Denim", {"style": "weave", "palette": "indigo", "scale": 0.6}, 2),
        sdk.Example("Old oak board", {"style": "wood", "palette": "walnut"}, 2),
        sdk.Example("Garden pebbles with height", {"style": "pebbles", "palette": "lichen", "height_map": True}, 1),
        sdk.Example("White marble", {"style": "marble", "palette": "marble", "gloss": 0.4}, 2),
    )

    class Params(sdk.Params):
        """What the artist sets."""

        style: str = sdk.choice("silk", STYLE_OPTIONS, help="What the surface is like.")
        pattern: str = sdk.choice(
            "coral", PATTERN_OPTIONS, when={"style": "reaction"}, help="Which pattern the reaction grows into."
        )
        size: tuple[int, int] = sdk.size(1024, 1024, min=64, max=2048)
        palette: str = sdk.choice("dusk", PALETTE_OPTIONS, group="Colour", help="Colours from low to high.")
        color_low: str = sdk.color("#14213d", group="Colour", label="Low colour", when={"palette": ["two", "three"]})
        color_middle: str = sdk.color("#c8553d", group="Colour", label="Middle colour", when={"palette": "three"})
        color_high: str = sdk.color("#f4e9cd", group="Colour", label="High colour", when={"palette": ["two", "three"]})
        picture: sdk.Image | None = sdk.image(
            group="Colour", label="Picture for the colours", when={"palette": "picture"}, required=True,
            help="Its main colours, from dark to light, become the palette.",
        )  # fmt: skip
        reverse: bool = sdk.toggle(group="Colour", label="Reverse the palette")
        contrast: float = sdk.number(
            1.0, min=0.3, max=3.0, step=0.05, group="Colour", help="More pushes tones towards the palette's ends."
        )
        scale: float = sdk.number(
            1.0, min=0.25, max=4.0, step=0.05, group="Shape", label="Size of features", help="2 is twice as large."
        )
        detail: float = sdk.number(0.6, min=0.0, max=1.0, step=0.05, group="Shape", help="From smooth to very fine.")
        distortion: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, group="Shape", when={"style": BENT}, help="How far shapes are bent."
        )
        variety: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, group="Shape", help="How much the parts differ from each other."
        )
        relief: float = sdk.number(
            0.5, min=0.0, max=1.0, step=0.05, group="Light", help="How strongly light from one side shows the surface."
        )
        gloss: float = sdk.number(0.2, min=0.0, max=1.0, step=0.05, group="Light", help="From matt to polished.")
        light: int = sdk.integer(
            125, min=0, max=360, group="Light", label="Direction of the light", unit="°", advanced=True,
            help="0 from the right, 90 from the top, 180 from the left.",
        )  # fmt: skip
        grain: float = sdk.number(0.0, min=0.0, max=1.0, step=0.05, group="Light", advanced=True, help="Like film.")
        height_map: bool = sdk.toggle(
            group="Result", label="Also the height map", help="A second, grey picture: white is high, black is low."
        )

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Image]:
        """Yield the texture, and its height map when asked."""
        from studio_image.shading import colour, height_map

        light = lighting(params, ctx)
        field, picture = draw(params, light, ctx)
        title = f"{dict(STYLE_OPTIONS)[params.style]}, {dict(PALETTE_OPTIONS)[params.palette].lower()}"
        ctx.progress(92, 100, "Colouring", lambda: sdk.Image(picture))
        pixels = colour(field, light, ctx.rng("grain"), ctx.check)
        ctx.progress(100, 100, "Done")
        yield sdk.Image(pixels, title=title, meta={"tileable": True})
        if params.height_map:
            grey = (height_map(field) * 65535 + 0.5).astype("uint16")
            yield sdk.Image(grey, title=f"{title}, height map", meta={"tileable": True, "height_map": True})


def shape_of(params: Any) -> Look:
    """The part of the parameters that shapes the field."""
    from studio_image.canvas import Look

    return Look(params.scale, params.detail, params.distortion, params.variety, params.pattern)


def lighting(params: Any, ctx: sdk.Context) -> Light:
    """The part of the parameters that colours and lights the field.

    Raises:
        UserError: the palette is to come from a picture and there is none.
    """
    from studio_image.palettes import PALETTES, from_picture, parse, ramp
    from studio_image.pictures import fitted, rgb
    from studio_image.shading import Light

    if params.palette == "picture":
        if params.picture is None:
            raise sdk.UserError("Pick a picture to take the colours from.", param="picture",
                                hint="Or choose one of the named palettes.")  # fmt: skip
        stops = from_picture(fitted(rgb(params.picture, "picture"), 256), ctx.rng("palette"))
    elif params.palette in ("two", "three"):
        middle = (params.color_middle,) if params.palette == "three" else ()
        stops = parse((params.color_low, *middle, params.color_high))
    else:
        stops = parse(PALETTES[params.palette][1])
    colours = ramp(stops)
    return Light(
        colours[::-1].copy() if params.reverse else colours,
        contrast=params.contrast, relief=params.relief, angle=params.light, gloss=params.gloss, grain=params.grain,
    )  # fmt: skip


def sketch(style: str, look: Look, light: Light, size: tuple[int, int], ctx: sdk.Context) -> NDArray[np.uint8]:
    """A texture of (width, height) `size` without reporting, uint8 [height, width, 3]."""
    from studio_image.canvas import Canvas
    from studio_image.shading import colour
    from studio_image.styles import STYLES

    canvas = Canvas(*size, ctx.rng, lambda _share, _message: ctx.check(), lambda _share, _message, _field: ctx.check())
    return colour(STYLES[style](look, canvas), light, ctx.rng("grain"), ctx.check)


def draw(params: Any, light: Light, ctx: sdk.Context) -> tuple[Field, NDArray[np.uint8]]:
    """The field at full size, and a small picture of it; shows a sketch first."""
    from studio_image.shading import colour
    from studio_image.styles import STYLES

    look = shape_of(params)
    width, height = params.size
    shrink = max(1.0, max(width, height) / SKETCH)
    done = 0.0
    if shrink > 1.3 and params.style != "reaction":
        small = (max(16, round(width / shrink)), max(16, round(height / shrink)))
        rough = sdk.Image(sketch(params.style, look, light, small, ctx))
        done = 5.0
        ctx.progress(done, 100, "Sketching", rough)

    def preview(field: Field) -> sdk.Image:
        return sdk.Image(colour(field, light, ctx.rng("grain")))

    field = STYLES[params.style](look, _canvas(width, height, ctx, done, 90, preview))
    return field, _thumbnail(field, light, ctx, shrink)


def _thumbnail(field: Field, light: Light, ctx: sdk.Context, shrink: float) -> NDArray[np.uint8]:
    """The field coloured at a small size, uint8 [height, width, 3]."""
    from studio_image.canvas import Field
    from studio_image.shading import colour

    step = max(1, int(shrink))
    every = (slice(None, None, step), slice(None, None, step))
    relief = None if field.relief is None else field.relief[every]
    ink = None if field.ink is None else field.ink[every]
    small = Field(field.tone[every], relief, ink, field.fixed, field.roughness)
    return colour(small, light, ctx.rng("grain"), ctx.check)


def _canvas(
    width: int, height: int, ctx: sdk.Context, start: float, end: float, preview: Callable[[Field], sdk.Image]
) -> Canvas:
    """A canvas that reports progress between `start` and `end` of 100."""
    from studio_image.canvas import Canvas

    latest = start

    def step(share: float, message: str) -> None:
        nonlocal latest
        if share < 0:
            ctx.check()
            return
        latest = max(latest, start + (end - start) * share)
        ctx.progress(latest, 100, message)

    def show(share: float, message: str, field: Callable[[], Field]) -> None:
        nonlocal latest
        latest = max(latest, start + (end - start) * share)
        ctx.progress(latest, 100, message, lambda: preview(field()))

    return Canvas(width, height, ctx.rng, step, show)
