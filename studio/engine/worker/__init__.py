"""The worker process: control on the main thread, the generator in a worker thread, plugin code nowhere else."""
