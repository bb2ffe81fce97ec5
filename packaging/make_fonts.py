"""Cut the window's fonts down to what it uses: `python packaging/make_fonts.py ICONS.ttf CHARMAP.json INTER_FOLDER`.

Needs fonttools. ICONS.ttf and CHARMAP.json are Phosphor Icons 1.3 as packaged by qtawesome; INTER_FOLDER holds
Inter-Regular.otf and Inter-SemiBold.otf. Importing qtawesome itself would cost more than the whole window may take
to open (0.24 s), so the shell draws the same glyphs from this small font by itself.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

RESOURCES = Path(__file__).resolve().parents[1] / "resources"

ICONS = """
activity aperture app-window archive arrow-bend-up-left arrow-bend-up-right arrow-clockwise arrow-counter-clockwise
arrow-down arrow-elbow-down-right arrow-left arrow-line-down arrow-line-up arrow-right arrow-square-out arrow-up
arrow-up-right arrows-clockwise arrows-in arrows-left-right arrows-out arrows-out-cardinal article bell bell-slash
book book-open bookmark-simple books bounding-box brain bug bug-beetle calendar-blank caret-double-left
caret-double-right caret-down caret-left caret-right caret-up chart-bar chat-text check check-circle checks circle
circle-dashed circle-half clock clock-counter-clockwise columns command copy corners-out cpu crop crosshair cube
database desktop dice-five dots-nine dots-six dots-six-vertical dots-three dots-three-vertical download-simple drop
eraser export eye eye-closed eye-slash eyedropper faders faders-horizontal fast-forward file file-arrow-down
file-dotted file-plus file-text file-x files film-strip flag flask floppy-disk flow-arrow folder folder-notch-plus
folder-open folder-simple frame-corners funnel funnel-simple gauge gear gear-six git-branch git-fork globe
graduation-cap grid-four hand hard-drive hash headphones heart house image image-square infinity info key keyboard
layout lifebuoy lightbulb lightning link list list-bullets list-dashes list-numbers lock lock-open lock-simple
lock-simple-open magic-wand magnifying-glass magnifying-glass-minus magnifying-glass-plus microphone minus
minus-circle monitor moon moon-stars music-note music-note-simple music-notes music-notes-simple note note-pencil
notebook notification package paint-brush paint-brush-broad paint-bucket palette paper-plane-right paper-plane-tilt
paperclip path pause pause-circle pencil pencil-line pencil-simple play play-circle playlist plus plus-circle power
prohibit push-pin puzzle-piece question queue quotes record repeat repeat-once rewind ruler scales scissors
scribble-loop selection selection-all share-network shield shield-check shield-slash shield-warning shuffle
skip-back skip-forward sliders sliders-horizontal sort-ascending sort-descending sparkle speaker-high speaker-low
speaker-none speaker-simple-high speaker-simple-slash speaker-slash spinner square square-half squares-four stack
star star-four stop stop-circle sun swap swatches tag tag-simple target terminal-window test-tube text-aa text-t
timer toggle-left toggle-right trash trash-simple tray tree-structure triangle upload-simple user video-camera wall
warning warning-circle warning-octagon waves wind wrench x x-circle x-square
"""
FILLED = "star heart play pause stop bookmark-simple circle check-circle warning-circle warning shield-check"
BOLD = "check x plus minus caret-down caret-right"
LATIN = """
U+0020-024F,U+0259,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-04FF,U+1E00-1EFF,U+2000-206F,U+2070-209F,U+20A0-20CF,
U+2100-214F,U+2190-21FF,U+2200-22FF,U+2300-23FF,U+25A0-25FF
"""


def cut_icons(font_file: Path, charmap_file: Path) -> None:
    """Write `icons/phosphor.ttf` and `icons/phosphor.json`, a map from name to code point."""
    charmap: dict[str, str] = json.loads(charmap_file.read_text())
    wanted = {*ICONS.split(), *(f"{name}-fill" for name in FILLED.split()), *(f"{name}-bold" for name in BOLD.split())}
    points = {name: int(charmap[name], 16) for name in sorted(wanted)}
    font = TTFont(font_file)
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points.values())
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 4}:
            record.string = "Studio Phosphor"
    font.save(RESOURCES / "icons" / "phosphor.ttf")
    (RESOURCES / "icons" / "phosphor.json").write_text(json.dumps(points, indent=0, sort_keys=True) + "\n")


def cut_text(font_file: Path, weight: str) -> None:
    """Write the Latin, Greek and Cyrillic part of one weight of Inter into `fonts/`."""
    font = TTFont(font_file)
    options = subset.Options(hinting=False, layout_features=["kern", "tnum", "calt", "ccmp", "mark"], name_IDs=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(LATIN.replace("\n", "")))
    cutter.subset(font)
    # one family of two weights, so that asking for a bold Inter finds the second file
    for record in font["name"].names:
        if record.nameID in {1, 16}:
            record.string = "Inter"
        elif record.nameID in {2, 17}:
            record.string = "Bold" if weight == "SemiBold" else weight
    if weight == "SemiBold":
        font["OS/2"].usWeightClass = 700  # else asking for bold would smear it further
    font.save(RESOURCES / "fonts" / font_file.name)


if __name__ == "__main__":
    cut_icons(Path(sys.argv[1]), Path(sys.argv[2]))
    for name in ("Regular", "SemiBold"):
        cut_text(Path(sys.argv[3]) / f"Inter-{name}.otf", name)
