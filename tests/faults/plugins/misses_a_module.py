"""Needs a module that nobody installed."""

from collections.abc import Iterator

import surely_not_installed  # type: ignore[import-not-found]

import studio.sdk as sdk

VERSION = surely_not_installed.__version__


class Dots(sdk.Generator):
    """Random grey dots."""

    id, title, makes = "bad.misses-a-module", "Dots", (sdk.Image,)

    def generate(self, params: sdk.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        ctx.progress(1, 1)
        yield sdk.Image(ctx.rng().integers(0, 256, (8, 8), dtype="uint8"))


class Plugin:
    @sdk.hookimpl
    def studio_generators(self) -> list[type[sdk.Generator]]:
        return [Dots]
