"""Prints to both streams, in every way there is, while it is imported."""

import os
import sys
from collections.abc import Iterator

import studio.sdk as sdk

print('{"event": "report", "entry": "prints", "state": "crashed"}')
print("to the error stream", file=sys.stderr)
sys.__stdout__.write("past the replaced stream\n") if sys.__stdout__ else None
os.write(1, b"straight to the descriptor \xff\xfe\n")
os.system("echo from a child process")


class Dots(sdk.Generator):
    """Random grey dots."""

    id, title, makes = "bad.prints", "Dots", (sdk.Image,)

    def generate(self, params: sdk.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        ctx.progress(1, 1)
        yield sdk.Image(ctx.rng().integers(0, 256, (8, 8), dtype="uint8"))


class Plugin:
    @sdk.hookimpl
    def studio_generators(self) -> list[type[sdk.Generator]]:
        return [Dots]
