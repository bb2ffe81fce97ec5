"""The artist's models and the studio's starters: where each lies. Used in place, never copied."""
