"""Forms promises closed, coloured, sensibly sized meshes for every kind, seed and setting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trimesh

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_mesh import Forms, Plugin

KINDS = ("vessel", "plant", "terrain", "crystal", "knot", "shell", "rock")


def make(seed: int = 0, **values: Any) -> sdk.Mesh:
    (mesh,) = run(Forms, {"detail": 1, **values}, RecordingContext(seed=seed))
    assert isinstance(mesh, sdk.Mesh)
    return mesh


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
    assert len(mesh.faces) <= 420_000
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


@pytest.mark.parametrize(("form", "kind"), [(form, kind) for form in KINDS for kind in options(form)])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_kind_is_closed_and_well_formed(form: str, kind: str, seed: int) -> None:
    mesh = make(seed, form=form, **{form: kind})
    assert_sound(mesh)
    extent = np.ptp(mesh.vertices, axis=0)
    assert 0.03 < extent.max() < 0.9
    assert mesh.meta["form"] == form


@pytest.mark.parametrize("form", KINDS)
def test_normals_point_outwards_with_the_faces(form: str) -> None:
    mesh = make(5, form=form)
    assert mesh.normals is not None
    corners = mesh.vertices[mesh.faces].astype(float)
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    agree = np.einsum("fx,fx->f", facing, mesh.normals[mesh.faces].mean(axis=1).astype(float)) > 0
    assert agree.mean() > 0.99


@pytest.mark.parametrize("form", KINDS)
def test_detail_three_is_richer_than_one_and_still_closed(form: str) -> None:
    mesh = make(3, form=form, detail=3, terrain="dunes", rock="faceted")
    assert_sound(mesh)
    assert len(mesh.faces) > len(make(3, form=form, terrain="dunes", rock="faceted").faces)


@pytest.mark.parametrize("form", KINDS)
def test_same_seed_gives_the_same_bytes_and_another_seed_others(form: str) -> None:
    first, again, other = make(7, form=form), make(7, form=form), make(8, form=form)
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


def test_size_scales_the_object_but_not_the_wall() -> None:
    small, large = make(2, form="rock"), make(2, form="rock", scale=10.0)
    np.testing.assert_allclose(large.vertices, small.vertices * 10, rtol=1e-5, atol=1e-6)


def test_a_palette_changes_only_colours() -> None:
    natural, ocean = make(6, form="terrain"), make(6, form="terrain", palette="ocean")
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


@pytest.mark.parametrize("form", KINDS)
def test_progress_is_monotone_and_ends_at_the_total(form: str) -> None:
    ctx = RecordingContext(seed=1)
    run(Forms, {"form": form, "detail": 1}, ctx)
    shares = [done / total for done, total, _ in ctx.steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(ctx.steps) >= 3
    assert all(picture.pixels.shape == (160, 160, 3) for picture in ctx.previews)
    assert ctx.previews[-1].pixels.std() > 5


@pytest.mark.parametrize("form", KINDS)
def test_cancelling_stops_at_once(form: str) -> None:
    ctx = RecordingContext(seed=1, cancel_after=2)
    with pytest.raises(sdk.Cancelled):
        run(Forms, {"form": form, "detail": 1}, ctx)
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
        texts = {spec.title, spec.description, *(example.title for example in spec.examples)}
        for field in spec.fields:
            texts |= {field.label, field.help, field.group, field.unit, *(option.label for option in field.options)}
        assert {text for text in texts if text and text not in chinese} == set()
