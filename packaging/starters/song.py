"""The song starter: a small transformer that writes songs for a voice and piano, trained on nineteenth-century ones.

    python3 packaging/make_starter.py song --data DIR --out resources/starters/song

`--data` is the folder with ``music-openscore-lieder/lieder.jsonl.gz``: the scores of the OpenScore Lieder corpus, one a
line, with voice, right and left hand in ticks of a twenty-fourth of a quarter note, bars, metres and key signatures.
Used are stretches of at least `FEWEST_BARS` regular bars in one of four metres of which at most `MOST_BESIDE` of the
notes begin beside the raster of sixteenths. Composers are held out whole.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.library.formats import scores
from studio.sdk import Note, Score, Track
from studio_music.harmonize import key_of
from studio_music.theory import TONICS
from studio_music.training.songs import METRES, NAMES

TICKS = 24
RASTER = TICKS // 4
FEWEST_BARS = 8
MOST_BESIDE = 0.12
PARTS = ("voice", "rh", "lh")

RECIPE = {
    "trainer": "studio_music.training.lieder:TrainSong",
    "title": "Songs",
    "kind": "score",
    "seed": 1,
    "values": {"steps": 430, "width": 160, "layers": 4},
    "card": {"title": "OpenScore Lieder", "licence": "CC0 1.0"},
    "credits": (
        "Songs with piano by composers from Haydn to the early twentieth century, as transcribed by the contributors "
        "of the [OpenScore Lieder corpus](https://github.com/OpenScore/Lieder) (commit bca12245), CC0 1.0. Used are "
        "regular stretches in 4/4 (and 2/2), 3/4, 2/4 and 6/8 without many triplets. The mode of a key signature is "
        "our own estimate. About a tenth of the composers was held out whole."
    ),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Regular bars of one metre; ticks."""

    start: int
    end: int
    lead: int
    metre: tuple[int, int]


def prepare(data: Path, folder: Path) -> None:
    """Write one MIDI file a stretch and ``captions.jsonl``."""
    lines = []
    with gzip.open(data / "music-openscore-lieder" / "lieder.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            song = json.loads(line)
            for number, stretch in enumerate(stretches_of(song)):
                score = score_of(song, stretch)
                if score is None:
                    continue
                name = f"{song['id']}-{number}.mid"
                scores.write(score, folder / name, None)
                lines.append({"file": name, "caption": f"{score.key}, {score.title}", "source": song["composer"]})
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "captions.jsonl").write_text(text, "utf-8")


def stretches_of(song: dict[str, Any]) -> Iterator[Stretch]:
    """Stretches of regular bars, from the first whole bar on; an upbeat is the first one's lead-in."""
    bars, changes = [*song["bars"], song["end"]], song["time"]
    start = 0
    while start < len(bars) - 1:
        count, unit = _metre_at(changes, bars[start])
        length = TICKS * 4 * count // unit
        if bars[start + 1] - bars[start] != length:
            start += 1
            continue
        end = start
        while (
            end + 1 < len(bars)
            and bars[end + 1] - bars[end] == length
            and _metre_at(changes, bars[end]) == (count, unit)
        ):
            end += 1
        metre = (4, 4) if (count, unit) == (2, 2) else (count, unit)
        if end - start >= FEWEST_BARS and f"{metre[0]}/{metre[1]}" in METRES:
            lead = bars[start] - bars[start - 1] if start else 0
            yield Stretch(bars[start], bars[end], lead if lead < length else 0, metre)
        start = max(end, start + 1)


def _metre_at(changes: list[list[int]], tick: int) -> tuple[int, int]:
    now = (4, 4)
    for at, count, unit in changes:
        if at <= tick:
            now = (count, unit)
    return now


def score_of(song: dict[str, Any], stretch: Stretch) -> Score | None:
    """A stretch as a score that begins with a bar; None where too much lies beside the raster, or nothing is sung."""
    bar = TICKS * 4 * stretch.metre[0] // stretch.metre[1]
    first = stretch.start - stretch.lead
    shift = (bar if stretch.lead else 0) - stretch.start
    notes = {
        part: [(tick + shift, length, pitch) for tick, length, pitch in song[part] if first <= tick < stretch.end]
        for part in PARTS
    }
    begins = np.array([tick for part in PARTS for tick, _, _ in notes[part]])
    if not notes["voice"] or not (notes["rh"] or notes["lh"]) or (begins % RASTER != 0).mean() > MOST_BESIDE:
        return None
    tracks = tuple(
        Track(name, tuple(sorted(Note(tick / TICKS, length / TICKS, pitch) for tick, length, pitch in notes[part])))
        for name, part in zip(NAMES, PARTS, strict=True)
        if notes[part]
    )
    title = f"{song['composer']}: {song['title']}"
    fifths = [fifths for tick, fifths in song["key"] if tick <= stretch.start][-1:] or [song["key"][0][1]]
    return Score(tracks, float(song["bpm"] or 90.0), stretch.metre, key_name(fifths[0], tracks), title=title)


def key_name(fifths: int, tracks: tuple[Track, ...]) -> str:
    """The key: of the two that share the signature, that of the last bass note, else the one the notes speak for."""
    major = 7 * fifths % 12
    minor = (major + 9) % 12
    notes = sorted(note for track in tracks for note in track.notes)
    last = max(note.start for note in notes)
    bass = min(note.pitch for note in notes if note.start >= last) % 12
    found = key_of(notes)
    if bass == minor or (bass != major and found.tonic == minor and found.is_minor):
        return f"{TONICS[minor]} minor".replace("Db", "C#")
    return f"{TONICS[major]} major"
