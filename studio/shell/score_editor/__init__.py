"""Writing notes by hand: `dialog.ScoreDialog` shows `grid.NoteGrid`, `paper.Paper` to write a `sheet.Sheet` on."""
