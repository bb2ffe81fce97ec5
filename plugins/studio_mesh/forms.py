"""`studio.mesh.forms`: vessels, plants, landscapes, crystals, knots, shells and stones from a seed."""

from __future__ import annotations

from collections.abc import Iterator

import studio.sdk as sdk

_ANY = ("surprise", "Surprise me")


class Forms(sdk.Generator):
    """Makes a 3D object from a seed: a thrown vessel, a plant grown by an L-system, an eroded landscape, a crystal
    cluster, a knot, a sea shell or a stone, with colours, closed and ready to print.

    Objects stand on the ground (y = 0) at a size that fits a hand or a shelf. Parts of plants and crystal clusters are
    closed solids that overlap; slicers join them.
    """

    id = "studio.mesh.forms"
    title = "Forms"
    makes = (sdk.Mesh,)
    needs = sdk.Needs(ram_gb=0.7, modules=("numpy", "scipy.interpolate", "scipy.ndimage"))
    examples = (
        sdk.Example("Celadon vase", {"form": "vessel", "vessel": "vase", "palette": "celadon"}, 6),
        sdk.Example("Twisted petal bowl", {"form": "vessel", "vessel": "bowl", "lobes": 8, "twist": 40.0}, 6),
        sdk.Example("Cherry in blossom", {"form": "plant", "plant": "cherry"}, 5),
        sdk.Example("Potted tulips", {"form": "plant", "plant": "tulip"}, 3),
        sdk.Example("Island in the sea", {"form": "terrain", "terrain": "island", "erosion": 0.7}, 7),
        sdk.Example("Snowy alps", {"form": "terrain", "terrain": "alps"}, 6),
        sdk.Example("Amethyst cluster", {"form": "crystal", "crystal": "amethyst"}, 1),
        sdk.Example("Rope trefoil", {"form": "knot", "knot": "torus", "strands": 3, "around": 2, "through": 3}, 2),
        sdk.Example("Nautilus", {"form": "shell", "shell": "nautilus"}, 2),
        sdk.Example("Mossy boulder", {"form": "rock", "rock": "boulder"}, 0),
    )

    class Params(sdk.Params):
        """What the artist chooses."""

        form: str = sdk.choice(
            "vessel",
            (("vessel", "Vessel"), ("plant", "Plant"), ("terrain", "Landscape"), ("crystal", "Crystals"),
             ("knot", "Knot"), ("shell", "Sea shell"), ("rock", "Stone")),
            help="What to make. Every seed makes a new one.",
        )  # fmt: skip
        vessel: str = sdk.choice(
            "surprise", (_ANY, "vase", "bowl", "bottle", "cup", "jar"), label="Kind of vessel", when={"form": "vessel"}
        )
        plant: str = sdk.choice(
            "surprise",
            (_ANY, "oak", "cherry", "birch", "willow", "pine", "palm", "fern", "daisy", "tulip", "succulent"),
            label="Species", when={"form": "plant"},
        )  # fmt: skip
        terrain: str = sdk.choice(
            "surprise", (_ANY, "alps", "island", "canyon", "volcano", "dunes", "hills"),
            label="Kind of land", when={"form": "terrain"},
        )  # fmt: skip
        crystal: str = sdk.choice(
            "surprise",
            (_ANY, "quartz", "amethyst", "tourmaline", "beryl", "fluorite", "pyrite", "garnet", "selenite"),
            label="Mineral", when={"form": "crystal"},
        )  # fmt: skip
        knot: str = sdk.choice(
            "surprise",
            (_ANY, ("torus", "Torus knot"), ("turks_head", "Turk's head"), ("figure_eight", "Figure eight"),
             "lissajous", ("granny", "Granny knot")),
            label="Kind of knot", when={"form": "knot"},
        )  # fmt: skip
        shell: str = sdk.choice(
            "surprise",
            (_ANY, "nautilus", "ammonite", ("turret", "Turret shell"), "moon_snail", "conch", "top_shell"),
            label="Kind of shell", when={"form": "shell"},
        )  # fmt: skip
        rock: str = sdk.choice(
            "surprise", (_ANY, "boulder", "pebble", "asteroid", "faceted"), label="Kind of stone", when={"form": "rock"}
        )
        palette: str = sdk.choice(
            "natural",
            (("natural", "Natural"), "earth", "celadon", "ocean", "sunset", "forest", "frost", "ember", "orchid",
             "ink"),
            label="Colours", help="“Natural” takes glazes, bark, rock and minerals as they are.",
        )  # fmt: skip
        detail: int = sdk.integer(
            3, min=1, max=5, help="1 is light and quick, 3 suits the screen and most printers, 5 is the finest."
        )
        scale: float = sdk.number(
            1.0, min=0.25, max=10.0, step=0.25, unit="×", label="Size", help="At 1 a vase is about 0.25 m tall."
        )
        lobes: int = sdk.integer(
            0,
            min=0,
            max=30,
            group="Shape",
            when={"form": "vessel"},
            help="Petals around the vessel; 0 lets the seed choose.",
        )
        twist: float = sdk.number(
            0.0, min=-180.0, max=180.0, step=5.0, unit="°", group="Shape", when={"form": "vessel"},
            help="Turns the rim against the foot, beyond the seed's own twist.",
        )  # fmt: skip
        wall: float = sdk.number(
            4.0, min=1.0, max=8.0, step=0.5, unit="mm", label="Wall thickness", group="Shape", when={"form": "vessel"}
        )
        leafiness: float = sdk.number(
            1.0, min=0.0, max=1.0, step=0.05, group="Shape", when={"form": "plant"}, help="0 is bare, 1 is full."
        )
        erosion: float = sdk.number(
            0.6, min=0.0, max=1.0, step=0.05, group="Shape", when={"form": "terrain"},
            help="How long water and frost worked on the land.",
        )  # fmt: skip
        amount: float = sdk.number(
            1.0, min=0.2, max=3.0, step=0.1, unit="×", label="Crystals", group="Shape", when={"form": "crystal"},
            help="How many crystals, compared with the usual.",
        )  # fmt: skip
        around: int = sdk.integer(
            2, min=2, max=9, label="Turns around", group="Shape", when={"form": "knot", "knot": "torus"}
        )
        through: int = sdk.integer(
            5, min=2, max=13, label="Turns through", group="Shape",
            when={"form": "knot", "knot": ["torus", "turks_head"]},
            help="Numbers with a common divisor give a chain of rings instead of one knot.",
        )  # fmt: skip
        section: str = sdk.choice(
            "surprise", (_ANY, "round", "square", "ribbon", "fluted"), label="Cross-section", group="Shape",
            when={"form": "knot", "strands": 1},
        )  # fmt: skip
        strands: int = sdk.integer(
            1, min=1, max=6, group="Shape", when={"form": "knot"}, help="More than one lays a rope."
        )
        thickness: float = sdk.number(
            0.8, min=0.2, max=1.0, step=0.05, group="Shape", when={"form": "knot"},
            help="1 is as thick as fits without touching itself.",
        )  # fmt: skip
        roughness: float = sdk.number(0.5, min=0.0, max=1.0, step=0.05, group="Shape", when={"form": "rock"})

    def generate(self, params: Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield one `sdk.Mesh`: closed, coloured, in metres, standing on y = 0."""
        from studio_mesh.making import make

        yield make(params, ctx)
