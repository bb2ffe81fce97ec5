"""Relief promises a closed plate of the right size whose thickness follows the picture."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import trimesh

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_mesh import Relief

PLAIN: dict[str, Any] = {"resolution": 44, "smoothing": 0.0, "local_contrast": 0.0}


def carve(pixels: Any = None, seed: int = 0, **values: Any) -> sdk.Mesh:
    given = {**PLAIN, **values}
    if pixels is not None:
        given["picture"] = sdk.Image(pixels=pixels)
    (mesh,) = run(Relief, given, RecordingContext(seed=seed))
    assert isinstance(mesh, sdk.Mesh)
    return mesh


def assert_closed(mesh: sdk.Mesh) -> None:
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    solid.merge_vertices(merge_norm=True, merge_tex=True)
    assert mesh.watertight is True
    assert solid.is_watertight
    assert solid.is_winding_consistent
    assert solid.volume > 0
    assert solid.area_faces.min() > 0
    assert mesh.normals is not None
    assert np.abs(np.linalg.norm(mesh.normals, axis=1) - 1).max() < 1e-5
    assert len(mesh.faces) <= 400_000


def halves() -> Any:
    """Black on the left, white on the right."""
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, 30:] = 255
    return pixels


def front(mesh: sdk.Mesh, *, left: bool) -> Any:
    """Depths z in millimetres of the front well inside the left or right half."""
    x, y, z = mesh.vertices.T * 1000
    height = y.max()
    side = (x < -x.max() * 0.3) if left else (x > x.max() * 0.3)
    return z[side & (np.abs(x) < x.max() * 0.9) & (y > height * 0.1) & (y < height * 0.9) & (z > 0.01)]


@pytest.fixture(scope="module")
def drawn() -> sdk.Mesh:
    """The plate with the picture drawn from seed 0."""
    return carve()


def test_default_is_a_closed_plate_of_the_width_asked(drawn: sdk.Mesh) -> None:
    mesh = drawn
    assert_closed(mesh)
    width, height, depth = np.ptp(mesh.vertices, axis=0) * 1000
    assert width == pytest.approx(100, abs=1e-3)
    assert height == pytest.approx(100, abs=1e-3)
    assert depth == pytest.approx(6, abs=0.01)


def test_relief_is_high_where_bright_and_spans_base_to_depth() -> None:
    mesh = carve(halves(), base=2.0, depth=4.0)
    assert front(mesh, left=True) == pytest.approx(2.0, abs=1e-3)
    assert front(mesh, left=False) == pytest.approx(6.0, abs=1e-3)


def test_invert_swaps_high_and_low() -> None:
    mesh = carve(halves(), base=2.0, depth=4.0, invert=True)
    assert front(mesh, left=True) == pytest.approx(6.0, abs=1e-3)
    assert front(mesh, left=False) == pytest.approx(2.0, abs=1e-3)


def test_lithophane_is_thick_where_dark() -> None:
    mesh = carve(halves(), mode="lithophane", thinnest=0.8, thickest=3.0)
    assert front(mesh, left=True) == pytest.approx(3.0, abs=1e-3)
    assert front(mesh, left=False) == pytest.approx(0.8, abs=1e-3)


def test_lithophane_light_is_proportional_to_luminance() -> None:
    from studio_mesh.heights import transmission_thickness

    light = np.linspace(0, 1, 11)
    thickness = transmission_thickness(light, 0.8, 3.2, 0.7)
    passed = np.exp(-0.7 * thickness)
    assert np.all(np.diff(thickness) < 0)
    np.testing.assert_allclose(np.diff(passed), np.diff(passed).mean(), rtol=1e-6)
    assert thickness[[0, -1]] == pytest.approx([3.2, 0.8])


def test_the_picture_is_not_mirrored_or_upside_down() -> None:
    pixels = np.zeros((30, 30), np.uint8)
    pixels[:10, 20:] = 255  # upper right
    mesh = carve(pixels, smoothing=0.0)
    highest = mesh.vertices[mesh.vertices[:, 2] > mesh.vertices[:, 2].max() - 1e-5]
    assert highest[:, 0].min() > 0
    assert highest[:, 1].min() > mesh.vertices[:, 1].max() * 0.55
    # the picture faces +z: the back is flat at z = 0
    assert mesh.vertices[:, 2].min() == pytest.approx(0, abs=1e-7)


def test_colours_come_from_the_picture_or_the_finish() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[..., 0] = 200
    picture, plaster = carve(pixels), carve(pixels, finish="plaster")
    assert picture.colors is not None
    assert plaster.colors is not None
    face = picture.vertices[:, 2] > 0.001
    assert picture.colors[face, 0].max() == 200
    assert picture.colors[face, 1].max() == 0
    assert plaster.colors[:, 1].min() > 100


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((1, 1), 128, np.uint8),
        np.full((1, 1, 4), 0, np.uint8),
        np.zeros((50, 50), np.uint8),
        np.full((50, 50, 3), 255, np.uint8),
        np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16,
        np.random.default_rng(0).integers(0, 256, (33, 71, 4), dtype=np.uint8),
        np.random.default_rng(1).integers(0, 256, (33, 71, 1), dtype=np.uint8),
        np.random.default_rng(2).integers(0, 256, (20, 30, 2), dtype=np.uint8),
        np.random.default_rng(3).integers(0, 256, (2, 900), dtype=np.uint8),
        np.random.default_rng(4).integers(0, 256, (900, 1, 3), dtype=np.uint8),
        np.full((9, 9), np.nan, np.float32),
        np.eye(12, dtype=bool),
    ],
    ids=lambda pixels: f"{pixels.dtype}{pixels.shape}",
)
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"mode": "lithophane", "curve": 320.0, "frame": 3.0},
        {"plate": "round", "frame": 5.0},
        {"reading": "shading"},
    ],
    ids=["relief", "curved", "round", "shading"],
)
def test_odd_pictures_become_closed_plates(pixels: Any, values: dict[str, Any]) -> None:
    assert_closed(carve(pixels, **values))


@pytest.mark.parametrize("pixels", [np.zeros((0, 5), np.uint8), np.zeros((4, 4, 7), np.uint8), np.zeros(9, np.uint8)])
def test_what_is_no_picture_is_told_at_the_field(pixels: Any) -> None:
    with pytest.raises(sdk.UserError) as told:
        carve(pixels)
    assert told.value.param == "picture"


def test_a_huge_picture_is_averaged_down() -> None:
    pixels = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (400, 500))
    mesh = carve(pixels, stretch=False)
    assert_closed(mesh)
    inner = front(mesh, left=True)
    assert np.ptp(inner) < 0.05


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"mode": "lithophane", "thinnest": 3.0, "thickest": 2.0}, "thickest"),
        ({"width": 20.0, "frame": 10.0}, "frame"),
    ],
)
def test_contradicting_sizes_are_told_at_the_field(values: dict[str, Any], param: str) -> None:
    with pytest.raises(sdk.UserError) as told:
        carve(halves(), **values)
    assert told.value.param == param
    assert told.value.hint


def numeric_ends() -> list[tuple[str, float]]:
    return [(known.name, end) for known in Relief.Params.fields for end in (known.min, known.max)
            if end is not None and known.name != "resolution"]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), numeric_ends())
@pytest.mark.parametrize("mode", ["relief", "lithophane"])
def test_every_end_of_every_range_is_closed_or_explained(name: str, value: float, mode: str) -> None:
    told = None
    values: dict[str, Any] = {"mode": mode, name: value}
    try:
        mesh = carve(halves(), **values)
    except sdk.UserError as error:
        told = error.param
    if told is None:
        assert_closed(mesh)
    else:
        assert {name, told} <= {"frame", "thickest", "thinnest"}


@pytest.mark.parametrize("resolution", [24, 200])
def test_resolution_bounds_the_triangles(resolution: int) -> None:
    mesh = carve(np.eye(64, dtype=np.uint8) * 255, resolution=resolution)
    assert_closed(mesh)
    assert 2 * (resolution - 1) ** 2 < len(mesh.faces) <= 400_000


def test_the_built_in_picture_follows_the_seed(drawn: sdk.Mesh) -> None:
    first, again, other = drawn, carve(), carve(seed=2)
    assert first.vertices.tobytes() == again.vertices.tobytes()
    assert first.vertices.tobytes() != other.vertices.tobytes()


def test_a_frame_stands_above_the_picture_all_round() -> None:
    mesh = carve(halves(), frame=10.0, base=2.0, depth=4.0, resolution=100)
    x, y, z = mesh.vertices.T * 1000
    band = (z > 0.1) & (np.minimum(np.minimum(x + 50, 50 - x), np.minimum(y, y.max() - y)) < 7)
    assert z[band].min() > 5.2
    assert z.max() < 7


def test_progress_is_monotone_and_cancel_stops() -> None:
    ctx = RecordingContext()
    run(Relief, {**PLAIN, "picture": sdk.Image(pixels=halves())}, ctx)
    shares = [done / total for done, total, _ in ctx.steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert ctx.previews[0].pixels.std() > 5
    with pytest.raises(sdk.Cancelled):
        run(Relief, PLAIN, RecordingContext(cancel_after=2))


def test_examples_name_valid_values() -> None:
    spec = sdk.GeneratorSpec.of(Relief)
    assert len(spec.examples) >= 3
    for example in spec.examples:
        spec.check(example.values)


def test_the_plugin_loads_without_numpy() -> None:
    code = "import sys, studio_mesh; print([m for m in ('numpy', 'scipy', 'torch', 'PIL') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == "[]"
