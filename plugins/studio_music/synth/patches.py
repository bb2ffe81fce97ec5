"""The instruments: how each is synthesised, where it sits on the stage, and its General MIDI program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from studio_music.synth import modal, plucked, wave
from studio_music.synth.signal import Signal
from studio_music.synth.wave import Voice

Render: TypeAlias = Callable[[float, float, float, np.random.Generator], Signal]
"""Frequency in hertz, velocity 0…1, seconds held and chance to a sound."""


@dataclass(frozen=True, slots=True)
class Patch:
    """An instrument.

    Attributes:
        program: General MIDI program, 0…127.
        label: what its track is called.
        render: makes a note.
        rings: whether the sound fades by itself and `release` cuts it short when the key is up; otherwise `render`
            includes the release.
        release: seconds until silence after the key is up.
        pan: place from −1 left to 1 right.
        chorus: how much it is thickened, 0…1.
        wet: how much of the room's reverberation it gets, 0…1.
        trim: decibels added to its calibrated loudness.
    """

    program: int
    label: str
    render: Render
    rings: bool = True
    release: float = 0.25
    pan: float = 0.0
    chorus: float = 0.0
    wet: float = 1.0
    trim: float = 0.0


_VIOLIN_BODY = wave.bowed((290, 0.9, 0.3), (470, 0.8, 0.3), (1100, 0.5, 0.5), (2600, 1.1, 0.45))
_CELLO_BODY = wave.bowed((110, 0.7, 0.35), (230, 0.9, 0.35), (430, 0.6, 0.4), (1500, 0.7, 0.6))

_VIOLIN = Voice(_VIOLIN_BODY, 3, 5, 0.09, 0.5, 0.85, 0.22, (14, 5.6, 0.25), breath=0.022, width=0.5, scoop=8)
_VIOLA = Voice(_CELLO_BODY, 3, 5, 0.10, 0.5, 0.85, 0.24, (12, 5.3, 0.3), breath=0.02, width=0.5, scoop=6)
_CELLO = Voice(_CELLO_BODY, 2, 4, 0.09, 0.6, 0.85, 0.22, (10, 5.0, 0.35), breath=0.02, width=0.3, scoop=6)
_CONTRABASS = Voice(_CELLO_BODY, 3, 6, 0.10, 0.6, 0.85, 0.25, (6, 4.6, 0.4), breath=0.02, width=0.4, scoop=6)
_STRINGS = Voice(_VIOLIN_BODY, 5, 11, 0.16, 0.8, 0.9, 0.4, (9, 5.4, 0.3), breath=0.015, width=0.95)
_FLUTE = Voice(wave.listed(1, 0.42, 0.16, 0.07, 0.035, 0.02, roll=7000), 1, 0, 0.055, 0.3, 0.88, 0.12, (11, 5.2, 0.3),
               breath=0.05, scoop=18)  # fmt: skip
_CLARINET = Voice(wave.listed(1, 0.05, 0.55, 0.06, 0.32, 0.06, 0.16, 0.05, 0.08, roll=6500), 1, 0, 0.04, 0.3, 0.92, 0.1,
                  (4, 5.0, 0.5), breath=0.012, scoop=8)  # fmt: skip
_HORN = Voice(wave.listed(1, 0.85, 0.6, 0.42, 0.3, 0.2, 0.13, 0.09, 0.06), 2, 4, 0.075, 0.4, 0.85, 0.18, (5, 5.0, 0.5),
              filter=(420, 3600, 1.4), resonance=0.12, breath=0.01, width=0.4, scoop=22)  # fmt: skip
_LEAD = Voice(
    wave.square, 2, 7, 0.012, 0.5, 0.75, 0.18, (9, 5.6, 0.3), filter=(900, 6500, 0.5), resonance=0.3, width=0.5
)
_BRIGHT_LEAD = Voice(
    wave.saw, 3, 12, 0.015, 0.6, 0.8, 0.2, (8, 5.6, 0.3), filter=(1400, 8500, 0.7), resonance=0.25, width=0.7
)
_WARM_PAD = Voice(
    wave.saw, 5, 14, 0.35, 1.0, 0.9, 0.8, (4, 4.0, 0.5), filter=(380, 2400, 2.2), resonance=0.15, width=1.0
)
_PLUCK = Voice(wave.saw, 2, 8, 0.004, 0.16, 0.12, 0.12, (0, 5, 1), filter=(350, 7000, 0.09), resonance=0.5, width=0.6)
_SYNTH_BASS = Voice(
    wave.saw, 2, 5, 0.004, 0.35, 0.6, 0.06, (0, 5, 1), filter=(160, 2600, 0.13), resonance=0.55, width=0.1
)


def _voice(voice: Voice) -> Render:
    return partial(wave.play, voice)


def _string(string: plucked.String) -> Render:
    return partial(plucked.pluck, string)


PATCHES: dict[str, Patch] = {
    "piano": Patch(0, "Piano", modal.piano, release=0.3, wet=0.8),
    "epiano": Patch(4, "Electric piano", modal.electric_piano, release=0.25, chorus=0.4, wet=0.7),
    "celesta": Patch(8, "Celesta", modal.celesta, release=0.5, pan=0.2),
    "music_box": Patch(10, "Music box", modal.music_box, release=1.2, pan=-0.1),
    "vibraphone": Patch(11, "Vibraphone", modal.vibraphone, release=0.6, pan=0.1),
    "marimba": Patch(12, "Marimba", modal.marimba, release=0.4, pan=0.3),
    "organ": Patch(19, "Organ", modal.organ, release=0.18, wet=1.0),
    "guitar": Patch(24, "Nylon guitar", _string(plucked.NYLON), release=0.3, pan=-0.15),
    "steel_guitar": Patch(25, "Steel guitar", _string(plucked.STEEL), release=0.25, pan=0.3, chorus=0.15),
    "upright_bass": Patch(32, "Double bass", _string(plucked.UPRIGHT_BASS), release=0.12, wet=0.25),
    "finger_bass": Patch(33, "Electric bass", _string(plucked.FINGER_BASS), release=0.08, wet=0.15),
    "synth_bass": Patch(38, "Synth bass", _voice(_SYNTH_BASS), rings=False, release=0.06, wet=0.08),
    "violin": Patch(40, "Violins", _voice(_VIOLIN), rings=False, release=0.22, pan=-0.35),
    "violin2": Patch(40, "Violins II", _voice(_VIOLIN), rings=False, release=0.22, pan=-0.1),
    "viola": Patch(41, "Violas", _voice(_VIOLA), rings=False, release=0.24, pan=0.2),
    "cello": Patch(42, "Cellos", _voice(_CELLO), rings=False, release=0.22, pan=0.35, wet=0.7),
    "contrabass": Patch(43, "Double basses", _voice(_CONTRABASS), rings=False, release=0.25, pan=0.35, wet=0.6),
    "pizzicato": Patch(45, "Pizzicato", _string(plucked.PIZZICATO), release=0.4, pan=0.1),
    "harp": Patch(46, "Harp", _string(plucked.HARP), release=0.7, pan=0.25),
    "strings": Patch(48, "Strings", _voice(_STRINGS), rings=False, release=0.4),
    "horn": Patch(60, "Horns", _voice(_HORN), rings=False, release=0.18, pan=0.15, wet=1.0),
    "clarinet": Patch(71, "Clarinet", _voice(_CLARINET), rings=False, release=0.1, pan=0.1),
    "flute": Patch(73, "Flute", _voice(_FLUTE), rings=False, release=0.12, pan=-0.15),
    "lead": Patch(80, "Synth lead", _voice(_LEAD), rings=False, release=0.18, chorus=0.3, wet=0.7),
    "bright_lead": Patch(81, "Bright lead", _voice(_BRIGHT_LEAD), rings=False, release=0.2, chorus=0.3, wet=0.7),
    "pluck_synth": Patch(87, "Synth pluck", _voice(_PLUCK), rings=False, release=0.12, pan=-0.25, wet=0.8),
    "warm_pad": Patch(89, "Warm pad", _voice(_WARM_PAD), rings=False, release=0.8, chorus=0.5, wet=0.8),
    "kalimba": Patch(108, "Kalimba", modal.kalimba, release=0.5, pan=-0.2),
}
"""The instruments by the name ensembles use."""
