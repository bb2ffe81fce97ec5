"""How a form is made: which module builds it, what it reports meanwhile, and the finished mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import studio.sdk as sdk
from studio_mesh import crystals, knots, plants, rocks, shells, terrain, vessels
from studio_mesh.geometry import Surface, to_mesh
from studio_mesh.preview import render

_TOTAL = 100.0


def make(params: Any, ctx: sdk.Context) -> sdk.Mesh:
    """The finished mesh for `Forms.Params`."""
    kind = str(getattr(params, params.form))
    ctx.progress(0, _TOTAL, _FIRST_WORDS[params.form])
    surface = _MAKERS[params.form](params, ctx, kind)
    ctx.progress(90, _TOTAL, "Finishing")  # a drawing of it would take longer than what is left
    sized = replace(surface.shaded(), vertices=surface.vertices * params.scale)
    ctx.check()
    title = (kind if kind != "surprise" else params.form).replace("_", " ").capitalize()
    mesh = to_mesh(sized, title=title, watertight=True, meta={"form": params.form})
    ctx.progress(_TOTAL, _TOTAL, "Done")
    return mesh


_FIRST_WORDS = {
    "vessel": "Throwing on the wheel",
    "plant": "Sowing",
    "terrain": "Raising the land",
    "crystal": "Growing crystals",
    "knot": "Tying",
    "shell": "Coiling",
    "rock": "Breaking stone",
}


def _vessel(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    return vessels.vessel(
        ctx.rng("vessel"), kind=kind, lobes=params.lobes, twist=params.twist, wall=params.wall / 1000 / params.scale,
        palette=params.palette, detail=params.detail, check=ctx.check,
    )  # fmt: skip


def _plant(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    stages = 0

    def stage(words: str, so_far: Callable[[], Surface] | None) -> None:
        nonlocal stages
        stages += 1
        preview = (lambda: render(so_far())) if so_far else None
        ctx.progress(min(18.0 * stages, 80.0), _TOTAL, words, preview=preview)

    return plants.plant(
        ctx.rng("plant"), kind=kind, leafiness=params.leafiness, palette=params.palette, detail=params.detail,
        watch=plants.Watch(stage, ctx.check),
    )  # fmt: skip


def _terrain(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    def rain(done: int, total: int, so_far: Callable[[], Surface]) -> None:
        ctx.progress(5 + 75 * done / total, _TOTAL, "Letting it rain", preview=lambda: render(so_far()))

    return terrain.terrain(
        ctx.rng("terrain"), kind=kind, erosion_strength=params.erosion, palette=params.palette, detail=params.detail,
        on_batch=rain, check=ctx.check,
    )  # fmt: skip


def _crystal(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    return crystals.crystals(
        ctx.rng("crystal"), kind=kind, amount=params.amount, palette=params.palette, detail=params.detail,
        on_crystal=lambda done, total: ctx.progress(5 + 80 * done / total, _TOTAL, "Growing crystals"),
    )  # fmt: skip


def _knot(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    return knots.knot(
        ctx.rng("knot"), kind=kind, around=params.around, through=params.through, section=params.section,
        strands=params.strands, thickness=params.thickness, palette=params.palette, detail=params.detail,
        check=ctx.check,
    )  # fmt: skip


def _shell(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    return shells.shell(ctx.rng("shell"), kind=kind, palette=params.palette, detail=params.detail, check=ctx.check)


def _rock(params: Any, ctx: sdk.Context, kind: str) -> Surface:
    return rocks.rock(
        ctx.rng("rock"), kind=kind, roughness=params.roughness, palette=params.palette, detail=params.detail,
        check=ctx.check,
    )  # fmt: skip


_MAKERS: dict[str, Callable[[Any, sdk.Context, str], Surface]] = {
    "vessel": _vessel,
    "plant": _plant,
    "terrain": _terrain,
    "crystal": _crystal,
    "knot": _knot,
    "shell": _shell,
    "rock": _rock,
}
