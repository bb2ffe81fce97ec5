"""How pictures are read, changed and compared by the picture trainers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.little_pictures import little_pictures
from PIL import Image

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext
from studio_image.models.latents import factorised
from studio_image.models.pixels import on_colour, sheet, to_bytes
from studio_image.models.words import Vocabulary
from studio_image.training.augmentation import augment
from studio_image.training.dataset import Framing, Pictures, read, scaled
from studio_image.training.evaluation import COMPARED, as_saved, report
from studio_image.training.features import features
from studio_image.training.fidelity import copy_limit, kernel_distance, nearest, precision_and_recall


def pictures(count: int, seed: int, channels: int = 4, size: int = 32) -> torch.Tensor:
    return torch.rand(count, channels, size, size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def in_bytes(given: torch.Tensor) -> torch.Tensor:
    return ((given + 1) * 127.5).round().to(torch.uint8)


def test_transparent_pictures_stay_transparent_and_hidden_colours_count_for_nothing(tmp_path: Path) -> None:
    known = read(little_pictures(tmp_path / "a", 16), Framing(32), RecordingContext())
    assert known.training.shape == (12, 4, 32, 32)
    assert known.held_out.shape[0] == 4
    assert known.crisp
    hidden = known.training[:, 3:] == 0
    assert int((known.training[:, :3] * hidden).sum()) == 0


def test_opaque_pictures_lose_their_alpha_and_flattened_ones_get_a_background(tmp_path: Path) -> None:
    opaque = read(little_pictures(tmp_path / "a", 16, transparent=False), Framing(32), RecordingContext())
    assert opaque.channels == 3
    assert not opaque.crisp
    flat = read(
        little_pictures(tmp_path / "b", 16),
        Framing(32, transparency="flatten", background="#102030"),
        RecordingContext(),
    )
    assert flat.training[0, :, 0, 0].tolist() == [0x10, 0x20, 0x30]


@pytest.mark.parametrize(("whole", "corner"), [(False, 255), (True, 0)])
def test_oblong_pictures_are_cut_or_kept_whole(tmp_path: Path, whole: bool, corner: int) -> None:
    items = []
    for index in range(8):
        Image.new("RGB", (90, 40), (255, index, 0)).save(tmp_path / f"{index}.jpg", quality=95)
        items.append(sdk.DatasetItem(tmp_path / f"{index}.jpg"))
    known = read(sdk.Dataset("x", "image", tmp_path, tuple(items)), Framing(32, whole, "keep"), RecordingContext())
    assert known.training.shape == (8, 4, 32, 32)
    assert abs(int(known.training[0, 3, 0, 0]) - corner) == 0


def test_broken_files_are_left_out_and_too_few_pictures_are_refused(tmp_path: Path) -> None:
    dataset = little_pictures(tmp_path / "a", 12)
    dataset.items[0].path.write_bytes(b"nothing")
    ctx = RecordingContext()
    assert len(read(dataset, Framing(32), ctx).training) == 8
    assert "0.png" in ctx.lines[0]
    dataset.items[1].path.unlink()
    with pytest.raises(sdk.UserError) as problem:
        read(dataset, Framing(32), RecordingContext())
    assert problem.value.param == "data"


def test_augmented_pictures_differ_by_draw_and_let_gradients_through() -> None:
    given = pictures(6, 1).requires_grad_()
    torch.manual_seed(1)
    one = augment(given)
    torch.manual_seed(1)
    again = augment(given)
    other = augment(given)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    (slope,) = torch.autograd.grad(one.sum(), given)
    assert float(slope.abs().sum()) > 0
    assert one.shape == given.shape


def test_equal_sets_have_full_precision_and_recall_and_far_ones_none() -> None:
    near, far = torch.randn(60, 5), torch.randn(60, 5) + 50
    assert precision_and_recall(near, near) == (1.0, 1.0)
    assert precision_and_recall(far, near) == (0.0, 0.0)
    narrow = near[:1] + torch.randn(60, 5) * 0.01
    precision, recall = precision_and_recall(narrow, near)
    assert precision > 0.9
    assert recall < 0.2


def test_the_kernel_distance_is_near_zero_for_one_distribution_and_not_for_two() -> None:
    draw = torch.Generator().manual_seed(1)
    one, two = torch.randn(300, 8, generator=draw), torch.randn(300, 8, generator=draw)
    assert abs(kernel_distance(one, two)) < 100  # in thousandths
    assert kernel_distance(one + 1, two) > 1000


def test_features_do_not_change_from_call_to_call() -> None:
    given = pictures(3, 1)
    torch.manual_seed(9)
    assert torch.equal(features(given), features(given))
    assert features(given).shape[0] == 3


def test_copies_are_found_even_when_mirrored_and_brightened_a_little() -> None:
    training, unseen = in_bytes(pictures(40, 1)), in_bytes(pictures(40, 2))
    limit = copy_limit(unseen, training, mirrored=True)
    copied = scaled(training[7:8]).flip(3) * 0.98
    found = nearest(torch.cat([copied, pictures(1, 3)]), training, mirrored=True)
    assert int(found.places[0]) == 7
    assert float(found.distances[0]) < limit < float(found.distances[1]) * 1.1
    assert float(nearest(copied, training, mirrored=False).distances[0]) > limit * 0.5
    assert copy_limit(unseen[:0], training, mirrored=False) > 0


def test_copies_are_looked_for_among_all_training_pictures(tmp_path: Path) -> None:
    many = in_bytes(pictures(COMPARED + 50, 1, channels=3, size=8))
    known = Pictures(many, in_bytes(pictures(30, 2, channels=3, size=8)), ("",) * len(many), ("",) * 30, crisp=False)
    made = torch.cat([scaled(many[-20:]), pictures(20, 3, channels=3, size=8)])
    judged = report(made, known, tmp_path, 0, mirrored=False, crisp=False)
    copies = next(measure for measure in judged.measures if measure.name == "copies")
    assert judged.copied[:20].all()
    assert copies.value == pytest.approx(0.5, abs=0.1)
    assert sum(pair.copied for pair in judged.neighbours) == len(judged.neighbours)
    assert nearest(made, many, mirrored=True).places[:20].tolist() == list(range(len(many) - 20, len(many)))


def test_pixels_survive_the_way_to_bytes_and_back() -> None:
    made = pictures(4, 1)
    made[:, :3] = torch.minimum(made[:, :3], made[:, 3:])
    assert float((as_saved(made, crisp=False) - made).abs().max()) < 0.02
    crisp = to_bytes(made, crisp=True)
    assert set(np.unique(crisp[..., 3])) <= {0, 255}


def test_sheets_leave_room_and_colours_go_behind() -> None:
    made = to_bytes(pictures(5, 1))
    whole = sheet(made, 3, gap=2)
    assert whole.shape == (66, 100, 4)
    assert whole[40, 90, 3] == 0
    assert (on_colour(whole, "#ff0000")[40, 90] == (255, 0, 0)).all()


def test_the_first_layers_directions_are_a_rotation() -> None:
    latents = factorised(torch.randn(64, 12, generator=torch.Generator().manual_seed(1)))
    assert torch.allclose(latents.basis @ latents.basis.T, torch.eye(12), atol=1e-5)


def test_words_that_occur_once_are_not_learned_and_chinese_is_read_by_character() -> None:
    vocabulary = Vocabulary.of(["red dragon", "Red sword!", "红龙", "红剑"])
    assert vocabulary.words == ("red", "红")
    assert vocabulary.encode(["a red, RED dragon", "红龙"]) == [[1, 1, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]]


def test_pictures_within_minus_one_and_one_come_from_bytes() -> None:
    assert scaled(torch.tensor([[[[0, 255]]]], dtype=torch.uint8)).flatten().tolist() == [-1, 1]
