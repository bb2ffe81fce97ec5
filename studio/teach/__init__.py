"""How models come to be: datasets, training runs on the disk, reports and model cards. No torch, no Qt."""
