"""Exit codes of the command line, documented in the help page *command-line*."""

OK = 0
"""Done."""

FAILED = 1
"""A job or an operation failed."""

WRONG_INPUT = 2
"""Something that was typed, or a file that was named, is wrong."""

FOUND_WRONG = 3
"""The command worked and found something wrong: a changed file, a failed check, a missing part, a damaged queue, index
or settings file."""

NOT_HERE = 4
"""Not possible on this machine, e.g. no display for the window."""

CANCELLED = 130
"""Ctrl-C."""
