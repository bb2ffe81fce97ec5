"""`studio.mesh.relief`: a picture becomes a relief, a medal or a lithophane, ready to print."""

from __future__ import annotations

from collections.abc import Iterator

import studio.sdk as sdk


class Relief(sdk.Generator):
    """Turns a picture into a solid for 3D printing: a bas-relief, a round medal, or a lithophane that shows the picture
    when light shines through. Without a picture it draws one from the seed.

    The solid stands upright with the picture to the front. Sizes are millimetres; exported STL files keep them.
    """

    id = "studio.mesh.relief"
    title = "Relief and lithophane"
    makes = (sdk.Mesh,)
    needs = sdk.Needs(ram_gb=0.6, modules=("numpy", "scipy.ndimage"))
    examples = (
        sdk.Example(
            "Bronze medal", {"plate": "round", "finish": "bronze", "frame": 4.0, "width": 70.0, "depth": 2.5}, 3
        ),
        sdk.Example("Coloured landscape panel", {"finish": "picture", "width": 120.0, "depth": 5.0}, 8),
        sdk.Example("Lithophane for a window", {"mode": "lithophane", "finish": "plaster", "frame": 4.0}, 2),
        sdk.Example("Curved night light", {"mode": "lithophane", "curve": 150.0, "frame": 3.0, "width": 140.0}, 5),
        sdk.Example("Carved terracotta tile", {"finish": "terracotta", "frame": 6.0, "depth": 5.0}, 12),
    )

    class Params(sdk.Params):
        """What the artist chooses."""

        picture = sdk.image(help="The picture to carve. Without one, a landscape is drawn from the seed.")
        mode: str = sdk.choice(
            "relief", (("relief", "Relief"), ("lithophane", "Lithophane")),
            help="A relief catches light from the side; a lithophane shows its picture with light from behind.",
        )  # fmt: skip
        plate: str = sdk.choice("rectangle", (("rectangle", "Rectangle"), ("round", "Round medal")), label="Plate")
        width: float = sdk.number(
            100.0, min=20.0, max=400.0, step=5.0, unit="mm", help="Width of the whole plate, frame included."
        )
        depth: float = sdk.number(
            4.0, min=0.2, max=30.0, step=0.1, unit="mm", label="Relief depth", when={"mode": "relief"},
            help="From the lowest to the highest point of the relief.",
        )  # fmt: skip
        base: float = sdk.number(
            2.0, min=0.4, max=20.0, step=0.1, unit="mm", label="Base thickness", when={"mode": "relief"},
            help="How thick the plate is under the lowest point.",
        )  # fmt: skip
        thinnest: float = sdk.number(
            0.8, min=0.2, max=5.0, step=0.1, unit="mm", label="Thinnest", when={"mode": "lithophane"},
            help="Thickness of white parts.",
        )  # fmt: skip
        thickest: float = sdk.number(
            3.2, min=0.6, max=12.0, step=0.1, unit="mm", label="Thickest", when={"mode": "lithophane"},
            help="Thickness of black parts.",
        )  # fmt: skip
        frame: float = sdk.number(
            0.0, min=0.0, max=40.0, step=0.5, unit="mm", help="Width of a raised border; 0 for none."
        )
        curve: float = sdk.number(
            0.0, min=0.0, max=320.0, step=5.0, unit="°", when={"plate": "rectangle"},
            help="Bends the plate round an upright cylinder by this angle, e.g. for a lamp. 0 is flat.",
        )  # fmt: skip
        finish: str = sdk.choice(
            "picture",
            (("picture", "Colours of the picture"), ("plaster", "Plaster"), ("bronze", "Bronze"), ("silver", "Silver"),
             ("terracotta", "Terracotta")),
            label="Colour",
        )  # fmt: skip
        invert: bool = sdk.toggle(default=False, help="Swap high and low, or thick and thin: for stamps and moulds.")
        reading: str = sdk.choice(
            "brightness", (("brightness", "Bright is high"), ("shading", "Read the shading")), group="Fine tuning",
            when={"mode": "relief"},
            help="“Read the shading” takes light and shadow as slopes lit from the upper left; it suits photographs.",
        )  # fmt: skip
        local_contrast: float = sdk.number(
            0.3, min=0.0, max=2.0, step=0.1, group="Fine tuning", when={"mode": "relief"},
            help="Lifts small features over large even areas.",
        )  # fmt: skip
        smoothing: float = sdk.number(
            0.3,
            min=0.0,
            max=5.0,
            step=0.1,
            unit="mm",
            group="Fine tuning",
            help="Softens grain that a printer can't show.",
        )
        stretch: bool = sdk.toggle(
            default=True, label="Use the full range", group="Fine tuning",
            help="Spreads the picture's tones over the whole depth.",
        )  # fmt: skip
        density: float = sdk.number(
            0.7, min=0.1, max=3.0, step=0.1, unit="/mm", label="Light blocked by the material", group="Fine tuning",
            advanced=True, when={"mode": "lithophane"},
            help="How quickly the filament swallows light; white PLA is about 0.7. "
            "Measure: halved light at 1 mm is 0.69.",
        )  # fmt: skip
        resolution: int = sdk.integer(
            260, min=24, max=440, step=10, group="Fine tuning", unit="points",
            help="Grid points along the longer side; triangles grow with its square.",
        )  # fmt: skip

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield one `sdk.Mesh`: closed, watertight, in metres. Raises `UserError` where sizes contradict each other."""
        from studio_mesh.carving import carve

        yield carve(params, ctx)
