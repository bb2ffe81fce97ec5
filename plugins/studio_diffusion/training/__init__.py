"""Teaching a LoRA to a pipeline of the artist's own."""
