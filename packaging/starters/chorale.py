"""The chorale starter: a small transformer that writes and harmonises four-part chorales, trained on Bach's.

    python3 packaging/make_starter.py chorale --data DIR --out resources/starters/chorale

`--data` is the folder with ``music-jsb-chorales/jsb16.json.gz``: the chorales of Boulanger-Lewandowski et al. 2012 in
sixteenth steps, as czhuang/JSB-Chorales-dataset has them (``Jsb16thSeparated.json``) with a key estimate each. Its
train and valid parts are learned from; its test part is held out.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from studio.library.formats import scores
from studio.sdk import Note, Score, Track

PARTS = ("Soprano", "Alto", "Tenor", "Bass")
TEMPO = 72.0
CHOIR_AAHS = 52

RECIPE = {
    "trainer": "studio_music.training.score:TrainScore",
    "kind": "score",
    "seed": 1,
    "values": {"voices": 4, "steps": 450},
    "card": {
        "title": "Bach chorales",
        "licence": "Public domain (music)",
        "files": 382,
    },
    "credits": (
        "Four-part chorales by Johann Sebastian Bach (1685–1750), public domain, 382 pieces at sixteenth resolution as "
        "N. Boulanger-Lewandowski, Y. Bengio and P. Vincent prepared them (2012), in the form of "
        "[czhuang/JSB-Chorales-dataset](https://github.com/czhuang/JSB-Chorales-dataset) (the repository states no "
        "licence of its own for the encoding). The test part of the usual split, 77 chorales, was held out."
    ),
}


def prepare(data: Path, folder: Path) -> None:
    """Write one MIDI file a chorale and ``captions.jsonl``; equal neighbours are one held note, as the data have it."""
    with gzip.open(data / "music-jsb-chorales" / "jsb16.json.gz", "rt", encoding="utf-8") as stream:
        pieces = json.load(stream)
    lines = []
    for split in ("train", "valid", "test"):
        for number, (steps, key) in enumerate(zip(pieces[split], pieces["keys"][split], strict=True)):
            name = f"{split}-{number:03d}.mid"
            scores.write(score_of(steps, key), folder / name, None)
            lines.append({"file": name, "caption": f"chorale in {key}", "source": name, "held_out": split == "test"})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "captions.jsonl").write_text(text, "utf-8")


PIECES = 48
"""Chorales that are written by the rules to count their faults, 8 bars each."""


def finish(folder: Path, out: Path) -> list[Any]:
    """How often the finished model breaks the rules as the generator lets it write: its defaults, rules kept."""
    from studio.sdk import Dataset, Measure
    from studio_music.training import judging, lanes, network, voiceleading
    from studio_music.training.grid import Grid
    from studio_music.training.score_lesson import ScoreCourse

    data = Dataset.read(folder)
    learned, held_out = (tuple(lanes.read_piece(item.path, len(PARTS)) for item in part)
                         for part in (data.training, data.held_out))  # fmt: skip
    model = network.load(out, Grid)
    assert isinstance(model.grid, Grid)
    course = ScoreCourse(learned, held_out, model.grid)
    written = [judging.write(model, course, number, lambda: None, rules=True) for number in range(PIECES)]
    ranges = voiceleading.ranges_of([piece.lanes for piece in learned])
    made = voiceleading.faults([piece.lanes for piece in written], ranges)
    usual = voiceleading.faults([piece.lanes for piece in held_out], ranges)
    return [
        Measure(f"{name} per bar, rules kept", made[name], usual[name], "pieces by people", "lower",
                f"As the generator writes by default, in {PIECES} chorales.")
        for name in made
    ]  # fmt: skip


def score_of(steps: list[list[int]], key: str) -> Score:
    """A chorale from its sixteenth steps of four pitches, −1 for a rest."""
    tracks = []
    for voice, name in enumerate(PARTS):
        notes, start = [], 0
        lane = [int(step[voice]) for step in steps]
        for step in range(1, len(lane) + 1):
            if step == len(lane) or lane[step] != lane[start]:
                if lane[start] >= 0:
                    notes.append(Note(start / 4, (step - start) / 4, lane[start]))
                start = step
        tracks.append(Track(name, tuple(notes), CHOIR_AAHS))
    return Score(tuple(tracks), TEMPO, (4, 4), key.replace("Db minor", "C# minor"))
