"""Sentences about words that a command does not take, made of what `argparse` says of them."""

from __future__ import annotations

import re

LETTERS = 60
"""Longest part of what was typed that is said again."""


def sentence(command: str, said: str) -> str:
    """One sentence for the person at the terminal.

    Args:
        command: as it is typed, ``"studio library rate"``.
        said: the message of `argparse`.
    """
    for pattern, told in _SENTENCES:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            parts = found.groupdict()
            if "value" in parts:
                parts["value"] = parts["value"][1:-1][:LETTERS]
            if "choices" in parts:
                parts["choices"] = parts["choices"].replace("'", "")
            return told.format(command=command, **parts)
    return f"{said[:1].upper()}{said[1:]}."


_SENTENCES = (
    (r"the following arguments are required: (?P<names>.*)", "Something is missing after “{command}”: {names}."),
    (r"unrecognized arguments: (?P<words>-.*)", "“{command}” takes no “{words}”."),
    (r"unrecognized arguments: (?P<words>.*)", "“{words}” is too much for “{command}”."),
    (r"argument (?P<name>-.*): expected .*", "{name} needs a value."),
    (r"argument (?P<name>.*): expected .*", "Something is missing after “{command}”: {name}."),
    (r"argument (?P<name>-.*): ignored explicit argument (?P<value>.*)", "{name} takes no value; leave out “{value}”."),
    (r"argument (?P<name>-.*): invalid int value: (?P<value>.*)", "{name} must be a whole number, not “{value}”."),
    (r"argument (?P<name>.*): invalid int value: (?P<value>.*)", "“{name}” must be a whole number, not “{value}”."),
    (r"argument (?P<name>.*): invalid float value: (?P<value>.*)", "{name} must be a number, not “{value}”."),
    (
        r"argument (?P<name>-.*): invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)",
        "{name} can't be “{value}”; choose from {choices}.",
    ),
    (
        r"argument .*: invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)",
        "There is no “{command} {value}”; choose from {choices}.",
    ),
    (r"ambiguous option: (?P<word>.*) could match (?P<options>.*)", "“{word}” may mean {options}; write more of it."),
)
"""What `argparse` says, and what is said instead."""
