"""How the storyteller was made: corpus, tokenizer, optimizer, training and measuring. Not needed to run it."""
