"""The index's tables, and the steps that bring an older index up to date."""

from __future__ import annotations

from studio.library import tokens

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE items(
    pos INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL,
    sort TEXT NOT NULL, file TEXT NOT NULL, rating INTEGER NOT NULL, favourite INTEGER NOT NULL,
    trashed INTEGER NOT NULL, facts TEXT NOT NULL
)""",
    "CREATE TABLE records(pos INTEGER PRIMARY KEY, record TEXT NOT NULL)",
    """CREATE TABLE links(child TEXT NOT NULL, place INTEGER NOT NULL, parent TEXT NOT NULL, PRIMARY KEY(child, place))
    WITHOUT ROWID""",
    "CREATE TABLE tags(tag TEXT NOT NULL, pos INTEGER NOT NULL, PRIMARY KEY(tag, pos)) WITHOUT ROWID",
    "CREATE TABLE counts(trashed INTEGER, kind TEXT, n INTEGER NOT NULL, PRIMARY KEY(trashed, kind)) WITHOUT ROWID",
    "CREATE TABLE changes(writer TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX by_trashed ON items(trashed)",
    "CREATE INDEX by_kind ON items(trashed, kind)",
    "CREATE INDEX by_rating ON items(trashed, rating)",
    "CREATE INDEX by_title ON items(trashed, sort)",
    "CREATE INDEX favourites ON items(trashed) WHERE favourite = 1",
    "CREATE INDEX by_parent ON links(parent)",
    "CREATE INDEX by_item ON tags(pos)",
    """CREATE TRIGGER counted AFTER INSERT ON items BEGIN
    INSERT INTO counts VALUES(new.trashed, new.kind, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END""",
    """CREATE TRIGGER uncounted AFTER DELETE ON items BEGIN
    UPDATE counts SET n = n - 1 WHERE trashed = old.trashed AND kind = old.kind;
END""",
    f"""CREATE VIRTUAL TABLE words USING fts5(
    title, text, facets, content='', contentless_delete=1, prefix='2 3 4 5', tokenize="{tokens.TOKENIZER}"
)""",
)
"""The whole schema, each statement as SQLite keeps it: a database that holds others is not ours and is built anew.

Prefixes of two to five letters have posting lists of their own: search-as-you-type asks them at every key. They make
the index a fifth larger; without them a common word's beginning costs 20 ms at a million items."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (STATEMENTS,)
"""Step n brings a database of version n to version n + 1; after the last the schema is `STATEMENTS` to the letter."""

VERSION = len(MIGRATIONS)

CHANGED = "INSERT INTO changes VALUES(?, 1) ON CONFLICT DO UPDATE SET n = n + 1"
"""Said by every writer, so that the others can see that someone else changed something."""
CHANGES = "SELECT sum(n) FROM changes WHERE writer <> ?"

RECORD_OF = "SELECT record FROM records JOIN items USING(pos) WHERE file = ?"

BULK = """
INSERT INTO words(words, rank) VALUES('hashsize', 67108864);
INSERT INTO words(words, rank) VALUES('automerge', 0);
INSERT INTO words(words, rank) VALUES('crisismerge', 1999);
"""
NO_BULK = """
INSERT INTO words(words) VALUES('optimize');
INSERT INTO words(words, rank) VALUES('hashsize', 1048576);
INSERT INTO words(words, rank) VALUES('automerge', 4);
INSERT INTO words(words, rank) VALUES('crisismerge', 16);
"""
"""For a rebuild: the full-text index gathers much in memory, merges nothing on the way and all of it once at the end;
a search then looks into one segment instead of a dozen. Afterwards the defaults."""

BUILT = 0x57DD10
"""The database's application id once a rebuild has gone through; a database without it is filled from the files."""

EMPTY = """
DELETE FROM items; DELETE FROM records; DELETE FROM links; DELETE FROM tags; DELETE FROM counts;
INSERT INTO words(words) VALUES('delete-all');
"""

LOOK_OVER = """
SELECT min(trashed) FROM items INDEXED BY by_trashed; SELECT max(trashed) FROM items INDEXED BY by_trashed;
SELECT min(trashed) FROM items INDEXED BY by_kind; SELECT max(trashed) FROM items INDEXED BY by_kind;
SELECT min(trashed) FROM items INDEXED BY by_rating; SELECT max(trashed) FROM items INDEXED BY by_rating;
SELECT min(trashed) FROM items INDEXED BY by_title; SELECT max(trashed) FROM items INDEXED BY by_title;
SELECT min(id) FROM items; SELECT max(id) FROM items;
SELECT min(tag) FROM tags; SELECT max(tag) FROM tags;
SELECT min(parent) FROM links INDEXED BY by_parent; SELECT max(parent) FROM links INDEXED BY by_parent;
SELECT * FROM counts;
SELECT rowid FROM words ORDER BY rowid LIMIT 1;
SELECT rowid FROM words ORDER BY rowid DESC LIMIT 1;
"""
"""Reads both ends of every tree, which costs the same for any size and finds gross damage."""
UNRECORDED = """
SELECT (SELECT min(pos) FROM items) IS NOT (SELECT min(pos) FROM records)
    OR (SELECT max(pos) FROM items) IS NOT (SELECT max(pos) FROM records)
"""
