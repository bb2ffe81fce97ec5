"""Raises while it is imported."""

from collections.abc import Iterator

import studio.sdk as sdk


class Dots(sdk.Generator):
    """Random grey dots."""

    id, title, makes = "bad.raises-at-import", "Dots", (sdk.Image,)

    def generate(self, params: sdk.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        ctx.progress(1, 1)
        yield sdk.Image(ctx.rng().integers(0, 256, (8, 8), dtype="uint8"))


class Plugin:
    @sdk.hookimpl
    def studio_generators(self) -> list[type[sdk.Generator]]:
        return [Dots]


raise RuntimeError("the moon is in the wrong phase")
