"""The drum starter: a small transformer that plays drums in eighteen styles, with the force and timing of people.

    python3 packaging/make_starter.py drums --data DIR --out resources/starters/drums

`--data` is the folder with ``music-groove-drums/groove.jsonl.gz``: a line with the nine drums, then a line a take of
the Groove MIDI Dataset with its strokes in ticks of a forty-eighth of a quarter note. Its train and validation parts
are learned from; its test part is held out. Takes in other metres than four quarters (12 of 1,150) are left out: too
few to learn from.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from studio.library.formats import scores
from studio.sdk import Note, Score, Track

RECIPE = {
    "trainer": "studio_music.training.beats:TrainDrums",
    "title": "Drums",
    "kind": "score",
    "seed": 1,
    "values": {"steps": 400},
    "card": {"title": "Groove MIDI Dataset", "licence": "CC BY 4.0", "files": 1138},
    "credits": (
        "The [Groove MIDI Dataset](https://magenta.tensorflow.org/datasets/groove) 1.0.0 by Jon Gillick, Adam Roberts, "
        "Jesse Engel, Douglas Eck and David Bamman (Google Magenta), played by ten drummers, CC BY 4.0; reduced to "
        "nine drums. Of its 1,150 takes the 1,138 in four quarters were used: train and validation parts learned from, "
        "test part held out. Both parts have takes of the same sessions, apart from four evaluation sessions, which "
        "are held out whole."
    ),
}


def prepare(data: Path, folder: Path) -> None:
    """Write one MIDI file a take and ``captions.jsonl``."""
    with gzip.open(data / "music-groove-drums" / "groove.jsonl.gz", "rt", encoding="utf-8") as stream:
        head, *takes = (json.loads(line) for line in stream)
    pitches = [drum["midi"] for drum in head["drums"]]
    lines = []
    for take in takes:
        if take["time"] != "4-4":
            continue
        name = take["id"].replace("/", "-") + ".mid"
        scores.write(score_of(take, pitches, head["ticks_per_quarter"]), folder / name, None)
        lines.append(
            {
                "file": name,
                "caption": f"{take['style']} {take['type']}",
                "source": take["id"],
                "held_out": take["split"] == "test",
            }
        )
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "captions.jsonl").write_text(text, "utf-8")


def score_of(take: dict[str, Any], pitches: list[int], ticks: int) -> Score:
    """A take from its strokes: tick, drum, velocity."""
    notes = tuple(sorted(Note(tick / ticks, 0.1, pitches[drum], velocity) for tick, drum, velocity in take["hits"]))
    return Score((Track("Drums", notes, drums=True),), float(take["bpm"]), (4, 4))
