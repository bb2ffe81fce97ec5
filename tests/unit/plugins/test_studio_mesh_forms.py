"""Forms promises closed, coloured, sensibly sized meshes for every kind, seed and setting."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import trimesh

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_mesh import Forms, Plugin

FORMS = ("vessel", "plant", "terrain", "crystal", "knot", "shell", "rock")
USUAL = {"vessel": "cup", "plant": "tulip", "terrain": "hills", "crystal": "pyrite", "knot": "torus",
         "shell": "nautilus", "rock": "pebble"}  # fmt: skip
"""One light kind of each form."""


def make(seed: int = 0, **values: Any) -> sdk.Mesh:
    (mesh,) = run(Forms, {"detail": 1, "erosion": 0.1, **values}, RecordingContext(seed=seed))
    assert isinstance(mesh, sdk.Mesh)
    return mesh


@pytest.fixture(scope="module")
def made() -> Callable[[str, str], sdk.Mesh]:
    """The mesh of a form and kind at seed 0, built once for all tests that only look at it."""

    @cache
    def build(form: str, kind: str) -> sdk.Mesh:
        return make(0, form=form, **{form: kind})

    return build


def solid(mesh: sdk.Mesh) -> trimesh.Trimesh:
    merged = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    merged.merge_vertices(merge_norm=True, merge_tex=True)
    return merged


def assert_sound(mesh: sdk.Mesh) -> None:
    """Everything `sdk.Mesh` promises, and closed."""
    count = len(mesh.vertices)
    assert mesh.vertices.dtype == np.float32
    assert mesh.faces.dtype == np.uint32
    assert mesh.normals is not None
    assert mesh.colors is not None
    assert mesh.normals.dtype == np.float32
    assert mesh.colors.dtype == np.uint8
    assert mesh.vertices.shape == mesh.normals.shape == (count, 3)
    assert mesh.colors.shape == (count, 4)
    assert (mesh.colors[:, 3] == 255).all()
    assert np.isfinite(mesh.vertices).all()
    assert np.abs(np.linalg.norm(mesh.normals, axis=1) - 1).max() < 1e-5
    assert int(mesh.faces.max()) < count
    assert len(mesh.faces) <= 400_000
    assert np.unique(mesh.colors, axis=0).shape[0] > 8
    merged = solid(mesh)
    assert mesh.watertight is True
    assert merged.is_watertight
    assert merged.is_winding_consistent
    assert merged.volume > 0
    assert merged.area_faces.min() > 0
    assert abs(float(mesh.vertices[:, 1].min())) < 1e-5


def options(name: str) -> list[str]:
    field = next(field for field in Forms.Params.fields if field.name == name)
    return [option.value for option in field.options]


@pytest.mark.parametrize(("form", "kind"), [(form, kind) for form in FORMS for kind in options(form)])
def test_every_kind_is_closed_and_well_formed(form: str, kind: str, made: Callable[[str, str], sdk.Mesh]) -> None:
    mesh = made(form, kind)
    assert_sound(mesh)
    extent = np.ptp(mesh.vertices, axis=0)
    assert 0.03 < extent.max() < 0.9
    assert mesh.meta["form"] == form


@pytest.mark.parametrize("form", FORMS)
def test_normals_point_outwards_with_the_faces(form: str, made: Callable[[str, str], sdk.Mesh]) -> None:
    mesh = made(form, USUAL[form])
    assert mesh.normals is not None
    corners = mesh.vertices[mesh.faces].astype(float)
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    agree = np.einsum("fx,fx->f", facing, mesh.normals[mesh.faces].mean(axis=1).astype(float)) > 0
    assert agree.mean() > 0.99


@pytest.mark.parametrize("form", FORMS)
def test_more_detail_is_richer_and_still_closed(form: str, made: Callable[[str, str], sdk.Mesh]) -> None:
    mesh = make(0, form=form, detail=2, **{form: USUAL[form]})
    assert_sound(mesh)
    assert len(mesh.faces) > len(made(form, USUAL[form]).faces)


@pytest.mark.parametrize(
    "values",
    [
        {"form": "vessel", "vessel": "vase"},
        {"form": "knot", "knot": "torus", "around": 9, "through": 13},
        {"form": "knot", "knot": "figure_eight", "strands": 6},
        {"form": "shell", "shell": "turret"},
        {"form": "rock", "rock": "asteroid"},
    ],
)
def test_the_finest_detail_stays_within_four_hundred_thousand_triangles(values: dict[str, Any]) -> None:
    assert 100_000 < len(make(1, detail=5, **values).faces) <= 400_000


@pytest.mark.parametrize("form", FORMS)
def test_same_seed_gives_the_same_bytes_and_another_seed_others(
    form: str, made: Callable[[str, str], sdk.Mesh]
) -> None:
    first, again, other = made(form, USUAL[form]), *(make(seed, form=form, **{form: USUAL[form]}) for seed in (0, 8))
    assert first.vertices.tobytes() == again.vertices.tobytes()
    assert first.faces.tobytes() == again.faces.tobytes()
    assert first.colors is not None
    assert again.colors is not None
    assert first.colors.tobytes() == again.colors.tobytes()
    assert first.vertices.tobytes() != other.vertices.tobytes()


@pytest.mark.parametrize(
    "values",
    [
        {"form": "vessel", "lobes": 30, "twist": 180.0, "wall": 8.0},
        {"form": "vessel", "lobes": 1, "twist": -180.0, "wall": 1.0},
        {"form": "vessel", "wall": 8.0, "scale": 0.25},
        {"form": "plant", "plant": "oak", "leafiness": 0.0},
        {"form": "plant", "plant": "tulip", "leafiness": 0.0},
        {"form": "terrain", "erosion": 0.0},
        {"form": "terrain", "terrain": "alps", "erosion": 1.0},
        {"form": "crystal", "amount": 3.0},
        {"form": "crystal", "amount": 0.2},
        {"form": "knot", "knot": "torus", "around": 9, "through": 13},
        {"form": "knot", "knot": "torus", "around": 6, "through": 12, "strands": 6},
        {"form": "knot", "knot": "turks_head", "through": 9, "strands": 2, "thickness": 1.0},
        {"form": "knot", "section": "ribbon", "thickness": 0.2},
        {"form": "rock", "rock": "boulder", "roughness": 1.0},
        {"form": "rock", "rock": "faceted", "roughness": 0.0},
    ],
)
def test_extreme_settings_stay_closed(values: dict[str, Any]) -> None:
    assert_sound(make(4, **values))


@pytest.mark.parametrize(("around", "through", "rings"), [(2, 3, 1), (2, 4, 2), (3, 9, 3)])
def test_torus_knots_with_a_common_divisor_are_links(around: int, through: int, rings: int) -> None:
    mesh = make(1, form="knot", knot="torus", around=around, through=through, section="round")
    assert solid(mesh).body_count == rings
    # a ring of tube has the Euler number of a torus
    assert solid(mesh).euler_number == 0


def determinant(line: Any) -> int:
    """Knot determinant of a closed line [n, 3], from the colouring matrix of its shadow (Livingston 1993, ch. 3)."""
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    start = line @ turn
    step = np.roll(start, -1, axis=0) - start
    cross = step[:, None, 0] * step[None, :, 1] - step[:, None, 1] * step[None, :, 0]
    offset = start[None] - start[:, None]
    first = (offset[..., 0] * step[None, :, 1] - offset[..., 1] * step[None, :, 0]) / np.where(
        cross == 0, np.inf, cross
    )
    second = (offset[..., 0] * step[:, None, 1] - offset[..., 1] * step[:, None, 0]) / np.where(
        cross == 0, np.inf, cross
    )
    index = np.arange(len(line))
    apart = np.abs(index[:, None] - index[None])
    meets = (first > 0) & (first < 1) & (second > 0) & (second < 1) & (apart > 1) & (apart < len(line) - 1)
    depth = start[:, None, 2] + first * step[:, None, 2] - start[None, :, 2] - second * step[None, :, 2]
    over, under = np.nonzero(meets & (depth > 0))
    # arcs run from one passing under to the next
    below = np.sort(under + second[over, under])
    count = len(below)
    rows = np.zeros((count, count))
    for a, b in zip(over, under, strict=True):
        place = int(np.searchsorted(below, b + second[a, b]))
        rows[place, int(np.searchsorted(below, a + first[a, b])) % count] += 2
        rows[place, place] -= 1
        rows[place, (place + 1) % count] -= 1
    return round(abs(float(np.linalg.det(rows[1:, 1:]))))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"knot": "torus", "around": 2, "through": 3}, 3),
        ({"knot": "torus", "around": 2, "through": 7}, 7),
        ({"knot": "figure_eight"}, 5),
        ({"knot": "granny"}, 9),
    ],
)
def test_a_knot_is_the_knot_it_is_called(values: dict[str, Any], expected: int) -> None:
    mesh = make(1, form="knot", section="round", **values)
    assert determinant(mesh.vertices.reshape(260, 12, 3).mean(axis=1).astype(float)) == expected


def test_loosening_a_lissajous_knot_does_not_untie_it() -> None:
    t = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    tight = np.stack([np.cos(3 * t + 1.0), np.cos(2 * t + 0.25), np.cos(5 * t)], axis=1)
    mesh = make(1, form="knot", knot="lissajous", section="round")
    loose = mesh.vertices.reshape(260, 12, 3).mean(axis=1).astype(float)
    assert determinant(loose) == determinant(tight) > 1


def test_size_scales_the_whole_stone(made: Callable[[str, str], sdk.Mesh]) -> None:
    small, large = made("rock", "pebble"), make(0, form="rock", rock="pebble", scale=10.0)
    np.testing.assert_allclose(large.vertices, small.vertices * 10, rtol=1e-5, atol=1e-6)


def wall_thickness(mesh: sdk.Mesh, share: float) -> Any:
    """Millimetres from points on the inner skin to the outer skin, in the level cut at `share` of the height."""
    whole = solid(mesh)
    level = [0, share * whole.bounds[1, 1], 0]
    cut, faces = trimesh.intersections.mesh_plane(whole, [0, 1, 0], level, return_faces=True)
    outwards = np.einsum("fx,fx->f", whole.face_normals[faces], cut.mean(axis=1) * [1, 0, 1]) > 0
    start, end = cut[outwards, 0], cut[outwards, 1]
    inner = cut[~outwards].mean(axis=1)
    along = end - start
    toward = np.einsum("isx,sx->is", inner[:, None] - start, along) / np.maximum((along**2).sum(axis=1), 1e-18)
    nearest = start + np.clip(toward, 0, 1)[..., None] * along
    return np.linalg.norm(inner[:, None] - nearest, axis=2).min(axis=1) * 1000


@pytest.mark.parametrize(("wall", "scale"), [(2.0, 1.0), (6.0, 1.0), (4.0, 0.5), (4.0, 2.0)])
def test_the_wall_is_as_thick_as_asked_at_every_size(wall: float, scale: float) -> None:
    mesh = make(2, form="vessel", vessel="cup", detail=2, wall=wall, scale=scale)
    for share in (0.5, 0.6, 0.7):
        thickness = wall_thickness(mesh, share)
        assert thickness.min() > 0.97 * wall
        assert thickness.max() < 1.2 * wall


def test_a_palette_changes_only_colours(made: Callable[[str, str], sdk.Mesh]) -> None:
    natural, ocean = made("terrain", "hills"), make(0, form="terrain", terrain="hills", palette="ocean")
    assert natural.vertices.tobytes() == ocean.vertices.tobytes()
    assert natural.colors is not None
    assert ocean.colors is not None
    assert natural.colors.tobytes() != ocean.colors.tobytes()


def test_a_vessel_holds_water() -> None:
    """Straight down through the middle: in through the floor's top, out below, and nothing above it."""
    mesh = solid(make(3, form="vessel", vessel="vase", detail=2))
    top = float(mesh.bounds[1, 1])
    heights = mesh.vertices[np.hypot(*mesh.vertices[:, [0, 2]].T) < 1e-6][:, 1]
    assert len(heights) == 2
    assert max(heights) < 0.2 * top


@pytest.mark.parametrize("form", FORMS)
def test_progress_is_monotone_and_ends_at_the_total(form: str) -> None:
    ctx = RecordingContext(seed=1)
    run(Forms, {"form": form, form: USUAL[form], "detail": 1, "erosion": 0.1}, ctx)
    shares = [done / total for done, total, _ in ctx.steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(ctx.steps) >= 3
    assert all(picture.pixels.shape == (160, 160, 3) for picture in ctx.previews)
    assert all(picture.pixels.std() > 5 for picture in ctx.previews)
    assert bool(ctx.previews) == (form in ("plant", "terrain"))  # the others are done sooner than they could be drawn


@pytest.mark.parametrize("form", FORMS)
def test_cancelling_stops_at_once(form: str) -> None:
    ctx = RecordingContext(seed=1, cancel_after=2)
    with pytest.raises(sdk.Cancelled):
        run(Forms, {"form": form, form: USUAL[form], "detail": 1, "erosion": 0.1}, ctx)
    assert len(ctx.steps) <= 2


def test_examples_name_valid_values() -> None:
    spec = sdk.GeneratorSpec.of(Forms)
    assert len(spec.examples) >= 6
    for example in spec.examples:
        spec.check(example.values)


def test_every_text_has_a_chinese_translation() -> None:
    chinese = Plugin().studio_translations()["zh_CN"]
    for generator in Plugin().studio_generators():
        spec = sdk.GeneratorSpec.of(generator)
        described = [spec.description] if spec.description in chinese else spec.description.split("\n\n")
        texts = {spec.title, *described, *(example.title for example in spec.examples)}
        for field in spec.fields:
            texts |= {field.label, field.help, field.group, field.unit, *(option.label for option in field.options)}
        assert {text for text in texts if text and text not in chinese} == set()
