"""Teaching: what the artist's material becomes before a trainer sees it, and what is kept of a training."""
