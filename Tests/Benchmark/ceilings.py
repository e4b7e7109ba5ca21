"""What the machine can do at all, in the same run: TLS and the kernel with no chat server, SQLite with no messages."""

import json
import os
import sqlite3
import subprocess
import tempfile
import time

# Messages in a TLS record, as rooms of such sizes gather them in a turn.
BATCHES = {10: 1, 100: 4, 1_000: 16}
ROWS = 1_024  # a commit
ROW = 300  # bytes


def measure(bench):
    """Deliveries a second by room size, and rows a second as `rows`."""
    found = deliveries(bench)
    found["rows"] = rows(bench.server.folder, 1 if bench.options.quick else 3)
    return found


def deliveries(bench):
    options = bench.options
    words = [word for batch in BATCHES.values() for word in ("--batch", str(batch))]
    command = [*bench.first(), str(options.generator), "ceiling", *words, "--seconds", "1" if options.quick else "2",
               "--writer", str(options.server_core), "--reader", str(options.generator_core)]
    output = subprocess.run(command, stdout=subprocess.PIPE, timeout=120, check=True).stdout
    results = [json.loads(line) for line in output.decode().splitlines()]
    return {size: result["deliveriesPerSecond"] for size, result in zip(BATCHES, results, strict=True)}


def rows(folder, seconds):
    """Rows of a message's size into a log that is synced at each commit, where the server's data is too."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        database = sqlite3.connect(f"{scratch}/ceiling.db", isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT")
        body, written, start = os.urandom(ROW), 0, time.monotonic()
        while time.monotonic() < start + seconds:
            database.execute("BEGIN")
            database.executemany(
                "INSERT INTO events VALUES (?, ?)", ((written + number, body) for number in range(ROWS)))
            database.execute("COMMIT")
            written += ROWS
        return written / (time.monotonic() - start)
