"""Teaching models to write music: the token grid, reading scores onto it, the trainer and how its models are judged."""
