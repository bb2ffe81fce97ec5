"""Cancel points inside a neural network: a step of a large model may take longer than an artist waits for a cancel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from studio.sdk.context import Context


@contextmanager
def cancel_points(ctx: Context, *networks: Any) -> Iterator[None]:
    """Ask ``ctx.check()`` before every block of these ``torch.nn.Module`` runs, for as long as the context lasts.

    A block is what stands in a ``ModuleList``: a layer of a transformer, a level of a U-Net. `Cancelled` then ends the
    pass in the middle; networks and pipelines stay usable.
    """

    def ask(module: Any, inputs: Any) -> None:
        del module, inputs
        ctx.check()

    with ExitStack() as hooks:
        for network in networks:
            for listed in network.modules():
                # By name, so that this module needs no torch.
                if type(listed).__name__ == "ModuleList":
                    for block in listed:
                        hooks.callback(block.register_forward_pre_hook(ask).remove)
        yield
