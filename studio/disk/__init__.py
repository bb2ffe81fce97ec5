"""Where everything lives on disk, and how a file is written so that a crash loses nothing. Standard library only."""
