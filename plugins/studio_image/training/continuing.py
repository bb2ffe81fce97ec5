"""Going on from a model that was taught before instead of beginning with a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from torch import nn

import studio.sdk as sdk

Model = TypeVar("Model")


def begun(params: Any, ctx: sdk.Context, load: Callable[[Path], Model], network: type[nn.Module]) -> Model | None:
    """The model to start from, None for a new one.

    Args:
        params: of a trainer with the field `start_from`.
        ctx: the host.
        load: reads a model with an attribute ``network``; raises `OSError` or `ValueError` when it cannot.
        network: what that must be.

    Raises:
        UserError: it cannot be read, or is of another kind.
    """
    if not params.start_from:
        return None
    try:
        model = load(ctx.model(params.start_from))
    except (OSError, ValueError) as error:
        raise sdk.UserError(
            "The model to start from cannot be read.", param="start_from", hint="Choose another one."
        ) from error
    if not isinstance(getattr(model, "network", None), network):
        raise sdk.UserError(
            "The model to start from is of another kind.", param="start_from", hint="Choose one this recipe taught."
        )
    return model
