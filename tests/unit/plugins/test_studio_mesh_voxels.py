"""Voxel objects: words become closed, coloured meshes; a model learns them from captioned files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh
from safetensors.numpy import load_file

import studio.sdk as sdk
from studio.library import formats
from studio.library.formats.vox import write_grid
from studio.sdk.testing import RecordingContext, run
from studio.sdk.testing.payloads import payload_problems
from studio_mesh import TrainVoxels, VoxelObjects
from studio_mesh.training import voxel_lessons, voxels
from studio_mesh.training.vox import read_vox
from studio_mesh.training.voxel_report import ALIKE, chamfer, nearest_captions
from studio_mesh.training.voxel_shapes import few_colors, read_voxels
from studio_mesh.voxel_surface import (
    block_surface,
    blocks,
    firmed,
    greedy_surface,
    is_closed,
    merged,
    smooth,
    unpinched,
    without_crumbs,
)
from studio_mesh.voxel_words import Vocabulary, likeness

SIDE = 32
WORDS = Vocabulary(["tree", "red", "chair", "mushroom", "bush", "cherry"])
QUICK: dict[str, Any] = {"steps": 40, "batch": 4, "rate": 0.004, "turned": 0.0}


def grid(*boxes: tuple[slice, slice, slice, int]) -> Any:
    labels = np.zeros((SIDE, SIDE, SIDE), np.uint8)
    for x, y, z, label in boxes:
        labels[x, y, z] = label
    return labels


MIDDLE = slice(10, 22)
POST = grid((slice(14, 18), slice(1, 30), slice(14, 18), 1))
SLAB = grid((slice(2, 30), slice(1, 6), slice(2, 30), 2))
CUBE = grid((MIDDLE, slice(1, 13), MIDDLE, 1))
PALETTE = np.array([[200, 30, 30], [30, 160, 60]], np.uint8)


SHORT = RecordingContext(seed=3)
"""Lives as long as the module, and its temporary folder with it."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    """Three shapes, one of them held out under a caption of known words."""
    folder = tmp_path_factory.mktemp("shapes")
    items = []
    for name, labels, caption, out in (
        ("post", POST, "red post", False), ("slab", SLAB, "green slab", False), ("cube", CUBE, "red slab", True)
    ):  # fmt: skip
        path = folder / f"{name}.vox"
        write_grid(path, labels, PALETTE)
        items.append(sdk.DatasetItem(path, caption, name, out, hashlib.sha256(path.read_bytes()).hexdigest()))
    return sdk.Dataset("shapes", "mesh", folder, tuple(items))


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small only wait for each other on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def lessons(data: sdk.Dataset) -> list[Any]:
    """All that one short training yields; its checkpoints and model stay."""
    return run(TrainVoxels, {**QUICK, "data": data}, SHORT)


@pytest.fixture(scope="module")
def model(lessons: list[Any]) -> sdk.TrainedModel:
    (made,) = [lesson for lesson in lessons if isinstance(lesson, sdk.TrainedModel)]
    return made


def weights_of(folder: Path) -> dict[str, Any]:
    return {name: value.astype(np.float32) for name, value in load_file(folder / "model.safetensors").items()}


def make(model: sdk.TrainedModel, seed: int = 0, **values: Any) -> tuple[sdk.Mesh, RecordingContext]:
    ctx = RecordingContext(seed=seed, models={"folder:m": model.folder})
    (mesh,) = run(VoxelObjects, {"model": "folder:m", **values}, ctx)
    assert isinstance(mesh, sdk.Mesh)
    return mesh, ctx


def random_solid(seed: int) -> tuple[Any, Any]:
    """Certainty full of single voxels, holes and diagonal contacts, and colours."""
    random = np.random.default_rng(seed)
    occupancy = np.zeros((SIDE, SIDE, SIDE))
    occupancy[4:28, 4:28, 4:28] = random.random((24, 24, 24)) ** 0.7
    return occupancy, random.random((SIDE, SIDE, SIDE, 3))


# ---- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("A red tree!", ("red", "tree"), ()),
        ("trees and bushes, cherries", ("tree", "bush", "cherry"), ()),
        ("mushrom", ("mushroom",), ()),
        ("tree tree tree", ("tree",), ()),
        ("a dragon on a chair", ("chair",), ("dragon",)),
        ("松树", (), ("松树",)),
        ("", (), ()),
    ],
)
def test_a_prompt_is_read_as_known_words_and_the_rest(text: str, known: Any, unknown: Any) -> None:
    reading = WORDS.read(text)
    assert (reading.known, reading.unknown) == (known, unknown)


def test_a_word_taken_for_another_is_told() -> None:
    assert WORDS.read("mushrom").taken_for == (("mushrom", "mushroom"),)


def test_the_likeliest_caption_shares_the_rarest_words() -> None:
    captions = [["pine", "tree"], ["oak", "tree"], ["tree"], ["pine", "table"], ["chair"]]
    fit = likeness(["pine", "tree"], captions)
    assert int(np.argmax(fit)) == 0
    assert fit[4] == 0
    assert max(fit) == pytest.approx(1)


# ---- files ---------------------------------------------------------------------------------------------------


def test_a_voxel_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    labels = np.random.default_rng(0).integers(0, 3, (7, 9, 5)).astype(np.uint8)
    write_grid(tmp_path / "a.vox", labels, PALETTE)
    back, colors = read_vox(tmp_path / "a.vox")
    assert (back == labels).all()
    assert (colors[1:3] == PALETTE).all()


@pytest.mark.parametrize("cut", [3, 20, 30, 60, 200])
def test_a_damaged_voxel_file_is_refused_in_a_sentence(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.vox"
    write_grid(path, POST, PALETTE)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(sdk.UserError, match=r"a\.vox"):
        read_voxels(sdk.DatasetItem(path, "post"))


def test_a_grid_of_another_size_is_scaled_without_holes(tmp_path: Path) -> None:
    write_grid(tmp_path / "a.vox", np.ones((3, 6, 3), np.uint8), PALETTE)
    filled = read_voxels(sdk.DatasetItem(tmp_path / "a.vox", "block")).filled
    assert filled.sum() == 15 * 30 * 15
    assert not filled[:, 0].any()
    assert filled[:, 1].any()


@pytest.mark.parametrize("shape", [blocks, merged])
@pytest.mark.parametrize("suffix", [".glb", ".ply", ".obj"])
def test_blocks_become_a_voxel_file_of_the_same_voxels_even_from_a_stored_mesh(
    shape: Any, suffix: str, tmp_path: Path
) -> None:
    occupancy, _ = random_solid(2)
    colors = np.random.default_rng(2).integers(0, 3, (SIDE, SIDE, SIDE, 3)) / 2
    mesh = shape(occupancy, colors, size=0.37)
    formats.write(mesh, tmp_path / f"kept{suffix}")
    formats.write(formats.read(tmp_path / f"kept{suffix}"), tmp_path / "a.vox")
    labels, palette = read_vox(tmp_path / "a.vox")
    filled = unpinched(without_crumbs(occupancy >= 0.5))
    low, high = np.argwhere(filled).min(axis=0), np.argwhere(filled).max(axis=0) + 1
    box = tuple(slice(*ends) for ends in zip(low, high, strict=True))
    assert np.array_equal(labels > 0, filled[box])
    colours = {tuple(colour) for colour in palette[labels[labels > 0]].tolist()}
    assert colours <= {tuple(colour) for colour in mesh.colors[:, :3].tolist()}


def test_a_voxel_file_of_blocks_has_their_colours(tmp_path: Path) -> None:
    colors = np.zeros((SIDE, SIDE, SIDE, 3))
    colors[..., 0] = 1
    colors[:, 6:] = [0, 0, 1]
    mesh = blocks((CUBE > 0) * 1.0, colors)
    assert mesh is not None
    formats.write(mesh, tmp_path / "a.vox")
    labels, palette = read_vox(tmp_path / "a.vox")
    assert labels.shape == (12, 12, 12)
    assert (palette[labels[:, :5]] == [255, 0, 0]).all()  # inside as well
    assert (palette[labels[:, 5:]] == [0, 0, 255]).all()


def test_what_is_not_made_of_voxels_is_refused_as_a_voxel_file(tmp_path: Path) -> None:
    skin = smooth((CUBE > 0) * 1.0, np.zeros((SIDE, SIDE, SIDE, 3)))
    cube = blocks((CUBE > 0) * 1.0, np.zeros((SIDE, SIDE, SIDE, 3)))
    assert skin is not None
    assert cube is not None
    open_cube = replace(cube, faces=cube.faces[4:])
    for mesh, why in ((skin, "not made of them"), (open_cube, "has holes")):
        with pytest.raises(sdk.UserError, match=why) as refused:
            formats.write(mesh, tmp_path / "a.vox")
        assert "“a.vox”" in refused.value.message
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(sdk.UserError, match="can be saved as"):
        formats.write(sdk.Text("a"), tmp_path / "a.vox")


def test_a_mesh_becomes_a_solid_of_its_own_colours(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=3)
    ball.visual.vertex_colors = np.where(ball.vertices[:, 1:2] > 0, [[255, 0, 0, 255]], [[0, 0, 128, 255]])
    (tmp_path / "ball.glb").write_bytes(ball.export(file_type="glb"))
    voxels_ = read_voxels(sdk.DatasetItem(tmp_path / "ball.glb", "ball"))
    assert voxels_.filled.sum() == pytest.approx(4 / 3 * np.pi * 15**3, rel=0.15)
    assert voxels_.filled[16, 16, 16]
    assert (voxels_.colors[16, 29, 16] == [255, 0, 0]).all()
    assert (voxels_.colors[16, 2, 16] == [0, 0, 188]).all()  # glTF stores linear light


def test_a_palette_keeps_few_colours_and_joins_many() -> None:
    assert len(few_colors(PALETTE.repeat(5, axis=0), 8)) == 2
    many = np.random.default_rng(0).integers(0, 256, (3000, 3)).astype(np.uint8)
    assert few_colors(many, 8).shape == (8, 3)


def test_places_of_turned_shapes_turn_about_the_upright() -> None:
    place = np.array([[3 * SIDE**2 + 5 * SIDE + 9]])
    seen = [int(voxel_lessons._turned(place, np.array([turns]))[0, 0]) for turns in range(4)]
    where = [(one // SIDE**2, one // SIDE % SIDE, one % SIDE) for one in seen]
    assert where == [(3, 5, 9), (9, 5, 28), (28, 5, 22), (22, 5, 3)]


# ---- surfaces ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [blocks, smooth])
@pytest.mark.parametrize("seed", range(3))
def test_surfaces_are_closed_even_of_ragged_solids(shape: Any, seed: int) -> None:
    mesh = shape(*random_solid(seed), size=0.3)
    assert list(payload_problems(mesh)) == []
    assert mesh.watertight is True
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert solid.volume > 0
    assert np.ptp(mesh.vertices, axis=0).max() == pytest.approx(0.3, rel=1e-5)
    assert mesh.vertices[:, 1].min() == pytest.approx(0, abs=1e-7)


def test_blocks_have_the_volume_and_the_colours_of_their_voxels() -> None:
    colors = np.zeros((SIDE, SIDE, SIDE, 3))
    colors[...] = [1, 0, 0]
    colors[:, 6:] = [0, 0, 1]
    mesh = blocks((CUBE > 0) * 1.0, colors, size=1.2)
    assert mesh is not None
    assert mesh.colors is not None
    assert trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).volume == pytest.approx(1.2**3, rel=1e-4)
    assert len(mesh.faces) == 6 * 12 * 12 * 2
    middles = mesh.vertices[mesh.faces][:, :, 1].mean(axis=1)
    low = mesh.colors[mesh.faces[:, 0]][middles < 0.45]
    assert (low == [255, 0, 0, 255]).all()


def test_a_smooth_skin_keeps_a_leg_one_voxel_thin() -> None:
    leg = grid((slice(15, 16), slice(1, 14), slice(15, 16), 1), (MIDDLE, slice(14, 18), MIDDLE, 1)) * 1.0
    mesh = smooth(leg, np.ones((SIDE, SIDE, SIDE, 3)) * 0.5, size=1.0)
    assert mesh is not None
    assert trimesh.Trimesh(mesh.vertices, mesh.faces).body_count == 1
    assert np.ptp(mesh.vertices[:, 1]) == pytest.approx(1.0, abs=0.02)


def test_few_faces_show_the_same_blocks_and_do_not_claim_to_be_closed() -> None:
    colors = np.zeros((SIDE, SIDE, SIDE, 3))
    colors[:, 6:] = [0, 0, 1]
    cube = merged((CUBE > 0) * 1.0, colors, size=1.2)
    assert cube is not None
    assert len(cube.faces) == 2 * (2 + 4 * 2)  # top and bottom, and two bands around
    assert cube.watertight is False
    occupancy, random = random_solid(1)
    colors = (random > 0.5) * 1.0
    whole, few = block_surface(occupancy, colors), greedy_surface(occupancy, colors)
    assert whole is not None
    assert few is not None
    assert len(few.faces) < len(whole.faces)
    assert is_closed(whole)
    assert not is_closed(few)
    one, other = (trimesh.Trimesh(part.vertices, part.faces, process=False) for part in (whole, few))
    assert other.volume == pytest.approx(one.volume)
    assert other.area == pytest.approx(one.area)
    reds = [part.colors[part.faces[:, 0], 0] @ shown.area_faces for part, shown in ((whole, one), (few, other))]
    assert reds[0] == pytest.approx(reds[1])


def test_a_surface_with_a_hole_or_a_turned_face_is_not_closed() -> None:
    surface = block_surface((CUBE > 0) * 1.0, np.zeros((SIDE, SIDE, SIDE, 3)))
    assert surface is not None
    assert is_closed(surface)
    assert not is_closed(replace(surface, faces=surface.faces[1:]))
    turned = surface.faces.copy()
    turned[0] = turned[0][::-1]
    assert not is_closed(replace(surface, faces=turned))


def test_the_chamfer_distance_is_how_far_surfaces_lie_apart() -> None:
    plate, lower = grid((MIDDLE, slice(8, 9), MIDDLE, 1)) > 0, grid((MIDDLE, slice(5, 6), MIDDLE, 1)) > 0
    assert chamfer(plate.ravel(), plate.ravel()) == 0
    assert chamfer(plate.ravel(), lower.ravel()) == pytest.approx(3 / SIDE)
    assert chamfer(plate.ravel(), np.zeros(SIDE**3, bool)) == pytest.approx(np.sqrt(3))


def test_one_caption_for_all_shapes_does_not_compare_each_with_every_other() -> None:
    captions = ("chair",) * 500
    lessons = voxel_lessons.Lessons(
        captions, np.zeros((500, 1), np.uint8), (), np.zeros((1, 3), np.uint8), Vocabulary.of(captions), np.ones(500)
    )
    (near,) = nearest_captions(lessons, ["chair"], other=True)
    assert len(set(near.tolist())) == ALIKE
    assert (near.min(), near.max()) == (0, 499)


def test_nothing_makes_no_mesh_and_dust_is_left_out() -> None:
    nothing = np.zeros((SIDE, SIDE, SIDE))
    assert blocks(nothing, np.zeros((SIDE, SIDE, SIDE, 3))) is None
    assert merged(nothing, np.zeros((SIDE, SIDE, SIDE, 3))) is None
    assert smooth(nothing, np.zeros((SIDE, SIDE, SIDE, 3))) is None
    dusty = (CUBE > 0) | (grid((slice(30, 31), slice(30, 31), slice(30, 31), 1)) > 0)
    assert without_crumbs(dusty).sum() == (CUBE > 0).sum()


def test_a_thing_of_which_no_place_is_sure_is_as_large_as_expected() -> None:
    unsure = np.full((SIDE, SIDE, SIDE), 1e-4)
    unsure[4:24, 1:11, 4:24] = 0.2
    unsure[4:12, 1:11, 4:20] = 0.3
    assert (firmed(unsure) >= 0.5).sum() == pytest.approx(unsure.sum(), rel=0.6)
    assert (firmed(unsure) >= 0.5)[4:12, 1:11, 4:20].all()
    sure = (CUBE > 0) * 0.9
    assert firmed(sure) is sure


def test_voxels_that_meet_in_an_edge_alone_are_joined() -> None:
    pinched = np.zeros((4, 4, 4), bool)
    pinched[1, 1, 1] = pinched[2, 2, 1] = True
    assert unpinched(pinched).sum() == 3


# ---- learning ------------------------------------------------------------------------------------------------


def test_the_loss_falls_and_samples_and_a_model_come_out(lessons: list[Any], model: sdk.TrainedModel) -> None:
    losses = [lesson.value for lesson in lessons if isinstance(lesson, sdk.Metric) and lesson.name == "loss"]
    assert losses[-1] < 0.45 * losses[0]
    assert any(isinstance(lesson, sdk.Sample) for lesson in lessons)
    assert any(isinstance(lesson, sdk.Metric) and lesson.name == "held out overlap" for lesson in lessons)
    assert model.facts["words"] == ["green", "post", "red", "slab"]
    assert {path.suffix for path in model.folder.iterdir()} <= {".safetensors", ".json", ".png"}


def test_known_words_bring_their_shapes_back(model: sdk.TrainedModel) -> None:
    post, _ = make(model, prompt="red post", variation=0.0)
    slab, _ = make(model, prompt="green slab", variation=0.0)
    assert post.colors is not None
    assert np.ptp(post.vertices, axis=0)[1] > 2 * np.ptp(post.vertices, axis=0)[0]
    assert np.ptp(slab.vertices, axis=0)[1] < np.ptp(slab.vertices, axis=0)[0] / 2
    assert np.abs(np.median(post.colors[:, :3], axis=0) - PALETTE[0]).max() < 4


def test_the_report_compares_with_the_nearest_caption_and_counts_copies(model: sdk.TrainedModel) -> None:
    measures = {measure.name: measure for measure in model.evaluation.measures}
    held = measures["overlap with held-out shapes"]
    assert 0 <= held.value <= 1
    assert held.baseline is not None
    assert 0 <= measures["share of copies"].value <= 1
    assert measures["Chamfer distance to known shapes"].value < measures["Chamfer distance to held-out shapes"].value
    assert measures["watertight objects"].value == 1
    assert model.evaluation.distributions["words in captions"] == dict.fromkeys(("red", "post", "green", "slab"), 0.5)
    assert model.evaluation.neighbours
    for neighbour in model.evaluation.neighbours:
        assert (model.folder / neighbour.sample).exists()
        assert (model.folder / neighbour.training).exists()


def test_a_run_that_comes_no_nearer_ends_early(data: sdk.Dataset) -> None:
    still = {**QUICK, "steps": 10, "rate": 0.00001, "stop_early": 1, "data": data}
    lessons: Any = run(TrainVoxels, still, RecordingContext(seed=3))
    distances = [lesson for lesson in lessons if isinstance(lesson, sdk.Metric) and lesson.name == "distance"]
    assert [lesson.step for lesson in distances] == [2, 4]
    assert distances[1].value >= distances[0].value
    assert [lesson.step for lesson in lessons if isinstance(lesson, sdk.Checkpoint)][-1] == 4


def test_a_run_can_be_cancelled_anywhere_while_it_is_judged(data: sdk.Dataset) -> None:
    whole = RecordingContext(seed=3)
    run(TrainVoxels, {**QUICK, "steps": 2, "data": data}, whole)
    for before_the_end in (1, 5, 10):
        ctx = RecordingContext(seed=3, cancel_after=whole.points - before_the_end)
        with pytest.raises(sdk.Cancelled):
            run(TrainVoxels, {**QUICK, "steps": 2, "data": data}, ctx)
        assert ctx.steps[-1][2] == "comparing with what was held out"


def test_an_interrupted_training_goes_on_to_the_same_weights(data: sdk.Dataset, model: sdk.TrainedModel) -> None:
    first = RecordingContext(seed=3, checkpoint_seconds=0.0)
    halfway: Path | None = None
    for lesson in TrainVoxels().generate(voxels_params(data), first):
        if isinstance(lesson, sdk.Checkpoint) and lesson.step >= 13:
            halfway = lesson.folder
            break
    assert halfway is not None
    second = RecordingContext(seed=3, resume=halfway)
    results: list[Any] = run(TrainVoxels, {**QUICK, "data": data}, second)
    again = results[-1]
    weights, same = (load_file(one.folder / "model.safetensors") for one in (model, again))
    assert weights.keys() == same.keys()
    assert all((weights[name] == same[name]).all() for name in weights)


def voxels_params(data: sdk.Dataset) -> Any:
    return TrainVoxels.Params(**QUICK, data=data)


def test_held_out_files_are_never_read_for_training(data: sdk.Dataset) -> None:
    learned = voxel_lessons.read_lessons(data.training, 8, RecordingContext())
    assert "red slab" not in learned.captions
    assert len(learned.captions) == 2


def test_files_without_captions_are_left_out_and_said(data: sdk.Dataset) -> None:
    ctx = RecordingContext()
    bare = sdk.DatasetItem(data.items[0].path, "")
    assert len(voxel_lessons.read_lessons([bare, data.items[1]], 8, ctx).captions) == 1
    assert any("no caption" in line for line in ctx.lines)
    with pytest.raises(sdk.UserError, match="None of the 3D models"):
        voxel_lessons.read_lessons([bare], 8, ctx)


def test_a_forecast_times_the_real_network(data: sdk.Dataset) -> None:
    told = TrainVoxels().forecast(voxels_params(data), RecordingContext())
    assert told.steps == QUICK["steps"]
    assert told.seconds > 0
    assert 1_000_000 < told.parameters < 3_700_000


# ---- making --------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_object_and_others_others(model: sdk.TrainedModel) -> None:
    made = [make(model, seed, prompt="red slab", surface="smooth", variation=1.0)[0].vertices for seed in (1, 1, 2, 3)]
    assert np.array_equal(made[0], made[1])
    assert not all(np.array_equal(one, other) for one, other in pairwise(made[1:]))


def test_unknown_words_are_said_and_left_out(model: sdk.TrainedModel) -> None:
    mesh, ctx = make(model, prompt="a green dragon slab")
    assert any("“dragon”" in line for line in ctx.lines)
    assert mesh.meta["words"] == ["green", "slab"]
    assert mesh.meta["left out"] == ["dragon"]
    with pytest.raises(sdk.UserError, match="none of these words") as raised:
        make(model, prompt="dragon")
    assert raised.value.hint is not None
    assert "slab" in raised.value.hint


def test_an_empty_prompt_is_a_surprise_and_there_is_a_preview(model: sdk.TrainedModel) -> None:
    mesh, ctx = make(model, prompt="  ", surface="smooth")
    assert mesh.meta["words"]
    assert ctx.previews[0].pixels.shape == (160, 160, 3)


def test_a_folder_that_holds_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(sdk.UserError, match="can't be used"):
        run(VoxelObjects, {"model": "folder:x"}, RecordingContext(models={"folder:x": tmp_path}))


def test_a_step_leaves_torchs_own_randomness_alone(data: sdk.Dataset) -> None:
    before = torch.get_rng_state()
    learned = voxel_lessons.read_lessons(data.training, 8, RecordingContext())
    voxels._network(learned, voxels_params(data), 5)
    assert torch.equal(before, torch.get_rng_state())


# ---- datasets ------------------------------------------------------------------------------------------------


def test_datasets_take_voxel_files_and_refuse_damaged_ones(tmp_path: Path) -> None:
    from studio.teach.datasets_examining import LeftOut, examine, kind_of

    path = tmp_path / "post.vox"
    write_grid(path, POST, PALETTE)
    assert kind_of(path.name) == "mesh"
    assert examine(path, "mesh", 0).facts == {"voxels": 4 * 29 * 4, "size": [SIDE, SIDE, SIDE]}
    whole = path.read_bytes()
    for damaged in (whole[:60], b"VOX ", b"", whole[:20]):
        path.write_bytes(damaged)
        with pytest.raises(LeftOut):
            examine(path, "mesh", 0)


def test_a_model_is_continued_from_with_its_words_and_colours(
    data: sdk.Dataset, model: sdk.TrainedModel, tmp_path: Path
) -> None:
    path = tmp_path / "cube.vox"
    write_grid(path, CUBE, PALETTE)
    more = sdk.Dataset("more", "mesh", tmp_path, (sdk.DatasetItem(path, "red cube"), *data.training), digest="1" * 64)
    ctx = RecordingContext(models={"own:first": model.folder})
    later: Any = run(TrainVoxels, {**QUICK, "data": more, "start_from": "own:first", "steps": 2}, ctx)[-1]
    before, after = (json.loads((one.folder / "config.json").read_text()) for one in (model, later))
    assert after["palette"] == before["palette"]
    assert after["words"][: len(before["words"])] == before["words"]
    assert "cube" in after["words"]
    scratch: Any = run(TrainVoxels, {**QUICK, "data": more, "steps": 2}, again := RecordingContext())[-1]
    known, near, far = (weights_of(one.folder) for one in (model, later, scratch))
    for name in ("seed.weight", "doublings.0.first.weight", "look.1.weight"):
        assert np.linalg.norm(near[name] - known[name]) < 0.3 * np.linalg.norm(far[name] - known[name])
    assert again.tmp.exists()  # its models live as long as it does


def test_on_the_same_shapes_a_model_is_continued_from_whole(data: sdk.Dataset, model: sdk.TrainedModel) -> None:
    ctx = RecordingContext(models={"own:first": model.folder})
    ctx.until = 0
    later: Any = run(TrainVoxels, {**QUICK, "data": data, "start_from": "own:first"}, ctx)[-1]
    before, after = weights_of(model.folder), weights_of(later.folder)
    assert all(np.array_equal(after[name], before[name]) for name in before)


def test_what_cannot_be_continued_from_is_refused(data: sdk.Dataset, tmp_path: Path) -> None:
    ctx = RecordingContext(models={"own:odd": tmp_path})
    with pytest.raises(sdk.UserError) as refusal:
        run(TrainVoxels, {**QUICK, "data": data, "start_from": "own:odd"}, ctx)
    assert refusal.value.param == "start_from"
