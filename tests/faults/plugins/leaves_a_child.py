"""Leaves a child process behind that never ends."""

import subprocess
import sys
from collections.abc import Iterator

import studio.sdk as sdk

CHILD = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])


class Dots(sdk.Generator):
    """Random grey dots."""

    id, title, makes = "bad.leaves-a-child", "Dots", (sdk.Image,)

    def generate(self, params: sdk.Params, ctx: sdk.Context) -> Iterator[sdk.Result]:
        ctx.progress(1, 1)
        yield sdk.Image(ctx.rng().integers(0, 256, (8, 8), dtype="uint8"))


class Plugin:
    @sdk.hookimpl
    def studio_generators(self) -> list[type[sdk.Generator]]:
        return [Dots]
