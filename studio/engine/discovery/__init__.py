"""Finding plugins: which are installed, what they offer, in which state each is. No plugin code runs in this process.

`registry.Registry.discover` is what the two faces call; `loading.load_generator` is what a worker calls. The warm path
(nothing changed since last time) reads one file and a few file times, and imports neither the SDK nor a plugin.
"""
