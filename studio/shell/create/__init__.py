"""*Create*: pick a generator, fill in its form, watch the result grow on the stage, mind the queue."""
