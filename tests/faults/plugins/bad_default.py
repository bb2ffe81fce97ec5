"""Gives a parameter a default outside its own range."""

from collections.abc import Iterator

import studio.sdk as sdk


class Dots(sdk.Generator):
    """Random grey dots."""

    id, title, makes = "bad.bad-default", "Dots", (sdk.Image,)

    class Params(sdk.Params):
        steps: int = sdk.integer(99, min=1, max=8)

    def generate(self, params: sdk.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        ctx.progress(1, 1)
        yield sdk.Image(ctx.rng().integers(0, 256, (8, 8), dtype="uint8"))


class Plugin:
    @sdk.hookimpl
    def studio_generators(self) -> list[type[sdk.Generator]]:
        return [Dots]
