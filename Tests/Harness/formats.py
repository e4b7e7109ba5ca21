"""Directories of each format that there was, as Tests/Upgrade/formats keeps them; and what databases of any form
hold."""

import json
import pathlib
import shutil
import sqlite3
import tarfile

KEPT = pathlib.Path(__file__).resolve().parents[1] / "Upgrade/formats"
DATABASES = ("chat.db", "audit.db")


class Format:
    """One that is kept: a directory as its version left it, a snapshot, and all that clients and operators saw."""

    def __init__(self, folder):
        self.folder, self.number = folder, int(folder.name)
        self.contents = json.loads((folder / "contents.json").read_text())
        self.snapshot = folder / "kept.snapshot"

    def unpack(self, target):
        """The directory, as `target`, which is not there yet."""
        shutil.rmtree(target, ignore_errors=True)
        with tarfile.open(self.folder / "data.tar.xz") as archive:
            archive.extractall(target, filter="data")
        target.chmod(0o700)
        return target


def kept():
    """The oldest first."""
    return [Format(folder) for folder in sorted(KEPT.iterdir(), key=lambda each: int(each.name))]


def connect(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def number_of(path):
    """The format that a database says it has: a file that nobody has open."""
    database = connect(path)
    try:
        steps = [row[0] for row in database.execute("SELECT identifier FROM grdb_migrations")]
        return max(int(step.split()[0]) for step in steps)
    finally:
        database.close()


class Tables:
    """Every row of every table of a directory's two databases, with the names of the columns."""

    def __init__(self, folder):
        self.rows, self.columns = {}, {}
        for name in DATABASES:
            database = connect(folder / name)
            for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                if table == "grdb_migrations" or table.startswith("sqlite_"):
                    continue
                found = database.execute(f"SELECT * FROM {table}")
                self.columns[name, table] = [column[0] for column in found.description]
                self.rows[name, table] = sorted(found.fetchall(), key=repr)
            database.close()

    def lost(self, other, changing=()):
        """What these have and the other ones have not, in the columns that these have: sentences. The audit log may
        have grown, and what waits to be entered changes places; `changing`: tables that are not looked at."""
        found = []
        for place, rows in self.rows.items():
            if place[1] in changing:
                continue
            if place not in other.rows:
                found.append(f"{place}: there is no such table")
                continue
            mine = self.columns[place]
            if not set(mine) <= set(other.columns[place]):
                found.append(f"{place}: columns {mine} became {other.columns[place]}")
                continue
            which = [other.columns[place].index(column) for column in mine]
            theirs = [tuple(row[index] for index in which) for row in other.rows[place]]
            grows = place[0] == "audit.db"
            missing = [row for row in rows if row not in theirs]
            if place[1] in ("audit_outbox", "codes"):
                continue
            if missing or len(theirs) < len(rows) or not grows and len(theirs) != len(rows):
                found.append(f"{place}: {len(rows)} rows became {len(theirs)}, of which {len(missing)} are lost")
        return found + self.unentered(other)

    def unentered(self, other):
        """Records that waited and are neither entered nor wait any more."""
        entered = {row[0] for row in other.column("audit.db", "entries", "id")}
        waiting = {row[0] for row in other.column("chat.db", "audit_outbox", "id")}
        gone = {row[0] for row in self.column("chat.db", "audit_outbox", "id")} - entered - waiting
        return [f"{len(gone)} records were lost on their way to the audit log"] if gone else []

    def column(self, name, table, column):
        index = self.columns[name, table].index(column)
        return [(row[index],) for row in self.rows[name, table]]

    def kinds(self):
        """Of all that is in the audit log or on its way there."""
        return [row[0] for row in self.column("audit.db", "entries", "kind")
                + self.column("chat.db", "audit_outbox", "kind")]


def integrity(folder):
    """What SQLite itself says of both; none when all is well."""
    found = []
    for name in DATABASES:
        database = connect(folder / name)
        found += [f"{name}: {row}" for row in database.execute("PRAGMA integrity_check") if row != ("ok",)]
        found += [f"{name}: {row}" for row in database.execute("PRAGMA foreign_key_check")]
        database.close()
    return found
