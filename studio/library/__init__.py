"""Everything the artist made, kept as files people can read; the index beside them is only a cache.

`Store` writes and reads the files and works without a database. `Index` answers searches (it needs apsw). `Library`
is both together, and what the engine, the command line and the window use. Importing this package loads neither
numpy nor any codec: those load inside the functions that need them.
"""

from studio.library.items import KINDS, Item, Origin, Parent, RecordError, new_id
from studio.library.store import Store

__all__ = ["KINDS", "Item", "Origin", "Parent", "RecordError", "Store", "new_id"]
