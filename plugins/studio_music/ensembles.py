"""The ensembles: who plays the melody, the chords, the bass and the drums, and in which manner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """An instrument that plays the chords.

    Attributes:
        instrument: a key of `studio_music.synth.patches.PATCHES`.
        patterns: accompaniment patterns from bare to full, keys of `studio_music.accompaniment.PATTERNS`.
        entry: section energy from which it plays.
        voices: which of tenor (1), alto (2) and soprano (3) it plays.
        shift: semitones up or down.
        loudness: added to the velocity.
    """

    instrument: str
    patterns: tuple[str, ...]
    entry: float = 0.0
    voices: tuple[int, ...] = (1, 2, 3)
    shift: int = 0
    loudness: int = 0


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A group of players and its habits.

    Attributes:
        label: what people read.
        melody: instruments of the melody: main sections, then contrasting sections.
        layers: the chords.
        bass: the bass instrument.
        bass_styles: ways to play it, keys of `studio_music.bass.STYLES`, from bare to full.
        drums: style of drumming, a key of `studio_music.drums.STYLES`.
        drums_by_default: whether drums belong to the ensemble.
        swing: where the second of two equal notes falls, 0.5 straight … 0.67 triplet.
        swing_unit: the pair's length, quarter notes.
        color: 0 triads, 1 some sevenths, 2 sevenths, 3 ninths.
        room: reverberation time, seconds.
        wet: reverberation level, 0…1.
        tape: whether the whole is softened as by a tape.
        classical: whether basses may carry inversions.
        double: an instrument that joins the melody an octave apart when the energy is high, or empty.
    """

    label: str
    melody: tuple[str, str]
    layers: tuple[Layer, ...]
    bass: str
    bass_styles: tuple[str, ...]
    drums: str
    drums_by_default: bool = False
    swing: float = 0.5
    swing_unit: float = 1.0
    color: int = 1
    room: float = 1.6
    wet: float = 0.5
    tape: bool = False
    classical: bool = True
    double: str = ""


ENSEMBLES: dict[str, Ensemble] = {
    "piano": Ensemble(
        "Piano solo", ("piano", "piano"),
        (Layer("piano", ("arpeggio", "alberti", "rolling"), voices=(1, 2, 3), shift=-5, loudness=-16),),
        "piano", ("hold", "root_fifth"), "brushes", room=1.8, wet=0.45,
    ),
    "piano-strings": Ensemble(
        "Piano and strings", ("piano", "violin"),
        (Layer("piano", ("arpeggio", "rolling"), voices=(1, 2, 3), loudness=-14),
         Layer("strings", ("pad",), entry=0.55, loudness=-10)),
        "cello", ("hold", "root_fifth"), "brushes", room=2.2, wet=0.6,
    ),
    "strings": Ensemble(
        "Chamber strings", ("violin", "violin"),
        (Layer("violin2", ("pad", "pulse"), voices=(3,), loudness=-8),
         Layer("viola", ("pad", "pulse"), voices=(2,), loudness=-8),
         Layer("viola", ("pad", "pulse"), voices=(1,), loudness=-10),
         Layer("pizzicato", ("offbeat",), entry=0.8, loudness=-16)),
        "cello", ("hold", "root_fifth"), "orchestral", color=1, room=2.0, wet=0.6,
    ),
    "orchestra": Ensemble(
        "Orchestra", ("horn", "violin"),
        (Layer("strings", ("pad", "pulse"), loudness=-8),
         Layer("clarinet", ("pad",), entry=0.6, voices=(2,), loudness=-12),
         Layer("harp", ("rolling",), entry=0.75, loudness=-8)),
        "contrabass", ("hold", "root_fifth"), "orchestral", drums_by_default=True, room=2.6, wet=0.75, double="flute",
    ),
    "harp-flute": Ensemble(
        "Harp and flute", ("flute", "clarinet"),
        (Layer("harp", ("arpeggio", "rolling"), loudness=-6),
         Layer("strings", ("pad",), entry=0.65, loudness=-18)),
        "cello", ("hold", "hold"), "orchestral", room=2.4, wet=0.65,
    ),
    "acoustic": Ensemble(
        "Guitars and bass", ("guitar", "flute"),
        (Layer("steel_guitar", ("strum", "strum"), loudness=-10),),
        "finger_bass", ("root_fifth", "pop"), "folk", drums_by_default=True, room=1.1, wet=0.3, classical=False,
    ),
    "lo-fi": Ensemble(
        "Lo-fi", ("vibraphone", "epiano"),
        (Layer("epiano", ("comp", "block"), loudness=-10),
         Layer("warm_pad", ("pad",), entry=0.7, loudness=-22)),
        "finger_bass", ("hold", "pop"), "lo-fi", drums_by_default=True, swing=0.58, swing_unit=0.5, color=3,
        room=1.2, wet=0.35, tape=True, classical=False,
    ),
    "music-box": Ensemble(
        "Music box", ("music_box", "celesta"),
        (Layer("music_box", ("alberti", "arpeggio"), voices=(1, 2, 3), loudness=-16),
         Layer("marimba", ("offbeat",), entry=0.7, shift=-5, loudness=-16)),
        "kalimba", ("hold", "root_fifth"), "light", color=0, room=1.9, wet=0.55,
    ),
    "synth-pop": Ensemble(
        "Synth pop", ("lead", "bright_lead"),
        (Layer("warm_pad", ("pad",), loudness=-14),
         Layer("pluck_synth", ("sixteenths", "sixteenths"), entry=0.5, loudness=-8)),
        "synth_bass", ("pulse", "octave"), "electronic", drums_by_default=True, room=1.5, wet=0.4, classical=False,
    ),
    "jazz": Ensemble(
        "Jazz trio", ("piano", "vibraphone"),
        (Layer("piano", ("comp",), loudness=-14),),
        "upright_bass", ("root_fifth", "walk"), "swing", drums_by_default=True, swing=0.64, color=3, room=1.2, wet=0.35,
        classical=False,
    ),
    "church": Ensemble(
        "Organ", ("organ", "organ"),
        (Layer("organ", ("pad", "block"), loudness=-12),),
        "organ", ("hold", "hold"), "orchestral", room=3.2, wet=0.8,
    ),
}  # fmt: skip
"""The ensembles by the value stored in the parameter."""

RESTING_PITCH = {
    "piano": 74, "violin": 76, "flute": 79, "clarinet": 72, "horn": 64, "guitar": 69, "epiano": 74, "vibraphone": 74,
    "music_box": 81, "celesta": 84, "lead": 74, "bright_lead": 76, "organ": 72,
}  # fmt: skip
"""The pitch around which each melody instrument sounds best."""
