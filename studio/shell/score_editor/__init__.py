"""Writing notes by hand: `dialog.ScoreDialog` shows `grid.NoteGrid`, which draws on a `sheet.Sheet`."""
