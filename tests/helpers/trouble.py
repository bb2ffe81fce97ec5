"""Generators that behave badly in every way a worker must survive, and a few that behave."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import studio.sdk as sdk

KEPT: list[bytearray] = []


class Speckle(sdk.Generator):
    """Random pixels: the smallest well-behaved generator."""

    id, title, makes = "test.speckle", "Speckle", (sdk.Image,)

    class Params(sdk.Params):
        """Parameters."""

        size: tuple[int, int] = sdk.size(32, 32, min=1, max=2048)
        steps: int = sdk.integer(3, min=1, max=100_000)
        pause: float = sdk.number(0.0, min=0, max=10)
        password: str = sdk.secret()
        picture: sdk.Image | None = sdk.image()

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield one picture."""
        import numpy as np

        width, height = params.size
        pixels = ctx.rng().integers(0, 256, (height, width, 3), dtype=np.uint8)
        if params.picture is not None:
            pixels[:] = params.picture.pixels[0, 0, :3]
        for step in range(params.steps):
            time.sleep(params.pause)
            ctx.progress(step + 1, params.steps, "Speckling", preview=lambda: sdk.Image(pixels))
        yield sdk.Image(pixels, title=params.picture.title if params.picture is not None else "")


class Words(sdk.Generator):
    """Streams words, then yields them all."""

    id, title, makes = "test.words", "Words", (sdk.Text,)

    class Params(sdk.Params):
        """Parameters."""

        prompt: str = sdk.prompt("one two three")

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield deltas, then the text."""
        for word in params.prompt.split():
            yield sdk.TextDelta(word + " ")
        yield sdk.Text(params.prompt)


class Pair(sdk.Generator):
    """Makes two texts; between them it ends its process, once: `mark` is the file that says that it did."""

    id, title, makes = "test.pair", "Pair", (sdk.Text,)

    class Params(sdk.Params):
        """Parameters."""

        mark: str = sdk.text("")

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield a text, perhaps the end, and another text."""
        yield sdk.Text(f"first of {ctx.seed}")
        mark = Path(params.mark)
        if not mark.exists():
            mark.touch()
            os._exit(7)
        yield sdk.Text(f"second of {ctx.seed}")


class Trouble(sdk.Generator):
    """Does what `how` says."""

    id, title, makes = "test.trouble", "Trouble", (sdk.Text,)

    class Params(sdk.Params):
        """Parameters."""

        how: str = sdk.text("")
        where: str = sdk.text("")
        size: tuple[int, int] = sdk.size(512, 512)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Misbehave."""
        ctx.progress(0, 1, params.how)
        getattr(self, params.how)(params, ctx)
        yield sdk.Text("survived")

    def raises(self, params: Any, ctx: sdk.Context) -> None:
        """Fail as bugs do."""
        raise ZeroDivisionError("a bug")

    def gpu_faults(self, params: Any, ctx: sdk.Context) -> None:
        """Fail as torch does after a fault inside a kernel."""
        raise RuntimeError("CUDA error: device-side assert triggered")

    def user_error(self, params: Any, ctx: sdk.Context) -> None:
        """Ask for another value."""
        raise sdk.UserError("Pick another word.", param="where", hint="Any will do.")

    def loops(self, params: Any, ctx: sdk.Context) -> None:
        """Never reach a cancel point."""
        while True:
            sum(range(1000))

    def sleeps(self, params: Any, ctx: sdk.Context) -> None:
        """Hang in a C call that releases no cancel point."""
        time.sleep(3600)

    def holds_the_interpreter(self, params: Any, ctx: sdk.Context) -> None:
        """Hang in a C call that never lets other threads run."""
        ctypes.PyDLL(None).sleep(3600)

    def swallows(self, params: Any, ctx: sdk.Context) -> None:
        """Catch the cancellation and go on."""
        while True:
            try:
                ctx.progress(0, 1)
                time.sleep(0.01)
            except BaseException:  # noqa: BLE001 - this is the misbehaviour
                continue

    def segfaults(self, params: Any, ctx: sdk.Context) -> None:
        """Touch memory that is not ours."""
        ctypes.string_at(0)

    def exits(self, params: Any, ctx: sdk.Context) -> None:
        """Leave the process."""
        os._exit(7)

    def sys_exits(self, params: Any, ctx: sdk.Context) -> None:
        """Ask Python to leave."""
        sys.exit(3)

    def prints(self, params: Any, ctx: sdk.Context) -> None:
        """Print to everything there is."""
        print("to stdout")
        print("to stderr", file=sys.stderr)
        os.write(1, b"to descriptor 1\n")
        sys.__stdout__.write("to the old stdout\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        print("x" * 100_000)

    def reads(self, params: Any, ctx: sdk.Context) -> None:
        """Wait for the keyboard."""
        assert sys.stdin.read() == ""

    def writes_frames(self, params: Any, ctx: sdk.Context) -> None:
        """Find the line to the host and write to it: `where` is frames as JSON, ``"!"`` before plain bytes."""
        import gc
        import json

        from studio.engine.worker.link import Link

        (link,) = (found for found in gc.get_objects() if isinstance(found, Link))
        if params.where.startswith("!"):
            link._outgoing.write(params.where[1:].encode())
            link._outgoing.flush()
        for type_, body, *blobs in json.loads(params.where) if not params.where.startswith("!") else ():
            body = {name: getattr(ctx, "job_id", "") if value == "JOB" else value for name, value in body.items()}
            link.send(type_, *(b"x" * size for size in blobs), **body)
        time.sleep(3600)

    def closes_its_line(self, params: Any, ctx: sdk.Context) -> None:
        """Close every descriptor but the standard ones, and hang."""
        os.closerange(3, 256)
        time.sleep(3600)

    def leaves_a_child(self, params: Any, ctx: sdk.Context) -> None:
        """Fork a child that keeps the pipes open, and die."""
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(7)

    def cannot_say_why(self, params: Any, ctx: sdk.Context) -> None:
        """Raise what raises when it is asked what it is."""

        class Mute(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no words")

        raise Mute

    def says_half_a_character(self, params: Any, ctx: sdk.Context) -> None:
        """Fail over a file whose name is no UTF-8."""
        ctx.progress(0, 1, "reading \udcff.png")
        raise FileNotFoundError(2, "No such file", "\udcff.png")

    def careless_user_error(self, params: Any, ctx: sdk.Context) -> None:
        """A subclass that never called its base, with a parameter that is no text."""

        class Careless(sdk.UserError):
            def __init__(self) -> None:
                self.param = 5  # type: ignore[assignment]  # this is the misbehaviour

        raise Careless

    def says_much(self, params: Any, ctx: sdk.Context) -> None:
        """Fail with a message larger than a frame."""
        raise ValueError("x" * 20_000_000)

    def floods(self, params: Any, ctx: sdk.Context) -> None:
        """Print lines for ever."""
        block = b"line\n" * 10_000
        while True:
            os.write(1, block)

    def runs_out_once(self, params: Any, ctx: sdk.Context) -> None:
        """Run out of memory at the first attempt only."""
        if not KEPT:
            KEPT.append(bytearray(1))
            raise sdk.OutOfMemory(1.0)
        KEPT.clear()

    def runs_out(self, params: Any, ctx: sdk.Context) -> None:
        """Never have enough."""
        raise MemoryError

    def runs_out_in_torch(self, params: Any, ctx: sdk.Context) -> None:
        """Load something, then ask torch for more main memory than any machine has."""
        self.loads(params, ctx)
        import torch

        torch.empty(2**50)

    def connects(self, params: Any, ctx: sdk.Context) -> None:
        """Call home."""
        import socket

        socket.create_connection((params.where or "192.0.2.1", 80), timeout=0.2)

    def writes_tmp(self, params: Any, ctx: sdk.Context) -> None:
        """Leave a file in the scratch folder."""
        (ctx.tmp / "left.txt").write_text(str(ctx.tmp))
        ctx.log(str(ctx.tmp))

    def loads(self, params: Any, ctx: sdk.Context) -> None:
        """Load something big under the name in `where`."""
        made = False

        def make() -> bytearray:
            nonlocal made
            made = True
            return bytearray(b"x" * 40_000_000)

        block = ctx.load(params.where, make)
        ctx.log(f"{params.where}: {'made' if made else 'kept'} {len(block)}")


class Pages(sdk.Generator):
    """Streams two texts, and runs out of memory in the midst of the second, at the first attempt only."""

    id, title, makes = "test.pages", "Pages", (sdk.Text,)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield both, each after its words."""
        for number in (1, 2):
            yield sdk.TextDelta(f"page {number} ")
            if number == 2 and not KEPT:
                KEPT.append(bytearray(1))
                raise sdk.OutOfMemory(1.0)
            yield sdk.TextDelta("is whole ")
            yield sdk.Text(f"page {number}")
        KEPT.clear()


class Undeclared(sdk.Generator):
    """Makes what it does not declare."""

    id, title, makes = "test.undeclared", "Undeclared", (sdk.Image,)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield a text although only pictures are declared."""
        yield sdk.Text("not a picture")


class Empty(sdk.Generator):
    """Makes nothing."""

    id, title, makes = "test.empty", "Empty", (sdk.Text,)

    def generate(self, params: Any, ctx: sdk.Context) -> Iterator[sdk.Result]:
        """Yield nothing."""
        yield from ()


ALL = (Speckle, Words, Pages, Pair, Trouble, Undeclared, Empty)
