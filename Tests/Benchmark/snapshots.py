"""What a snapshot costs the chat, and how long it takes beside what everybody's own tools need for the same."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import threading
import time

# Messages a second while a snapshot is made; in rooms of two, as the one processor is busy enough with them.
RATE = 5_000


def load(bench, seconds, beside=None):
    """The chat's figures, with `beside` going on as long as it does."""
    over = threading.Event()
    helper = threading.Thread(target=beside, args=(over,)) if beside else None
    if helper:
        helper.start()
    try:
        output = bench.generator(
            "fanout", "--port", str(bench.server.port), "--process", str(bench.server.process.pid), "--tokens",
            str(bench.tokens), "--connections", "1000", "--room-size", "2", "--rate", str(RATE), "--seconds",
            str(seconds))
    finally:
        over.set()
        if helper:
            helper.join()
    result = json.loads(output.decode().splitlines()[-1])
    if not result["faultless"]:
        raise RuntimeError(f"messages were lost or refused: {result}")
    return result


def create(bench, name):
    """One snapshot: the seconds it took, and what the command says of it."""
    path = bench.server.folder / f"{name}.snapshot"
    began = time.monotonic()
    made = json.loads(bench.server.admin("snapshot", "create", "--json", "--output", str(path)))
    took = time.monotonic() - began
    path.unlink()
    return took, made


def chat_beside(bench, seconds):
    """One round: the chat without and with snapshots, one after the other for as long as it lasts."""
    without = load(bench, seconds)
    made = []

    def snapshots(over):
        while not over.is_set():
            made.append(create(bench, f"beside-{len(made)}"))

    within = load(bench, seconds, snapshots)
    return {
        "without": without["delivery"]["p99"], "with": within["delivery"]["p99"],
        "ackWithout": without["ack"]["p99"], "ackWith": within["ack"]["p99"],
        "stood": max(each["stood_us"] for _, each in made) / 1_000, "snapshots": len(made),
        "seconds": [took for took, _ in made], "other": within["otherPercent"]}


def run(*words, **options):
    subprocess.run(words, check=True, **options)


def by_others(bench, folder):
    """The same by the tools that everybody has: copies of one moment each, compressed, hashed and synced."""
    data = bench.server.data
    folder.mkdir()
    for name in ("chat.db", "audit.db"):
        run("sqlite3", str(data / name), f".backup {folder / name}")
    run("mdb_copy", str(data / "state.lmdb"), str(folder))
    for name in ("server.crt", "certificate"):
        if (data / name).exists():
            run("cp", "-r", str(data / name), str(folder))
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            run("sha256sum", str(path), stdout=subprocess.DEVNULL)
    packed = folder.with_suffix(".tar.zst")
    with open(packed, "wb") as file:
        tar = subprocess.Popen(["tar", "-C", str(folder), "-c", "."], stdout=subprocess.PIPE)
        run("zstd", "-3", "--single-thread", "-q", "-c", stdin=tar.stdout, stdout=file)
        if tar.wait():
            raise RuntimeError("tar failed")
        os.fsync(file.fileno())
    run("sha256sum", str(packed), stdout=subprocess.DEVNULL)
    directory = os.open(packed.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    return packed


def side_by_side(bench, rounds):
    """Seconds of a snapshot and of the others' tools, in turns, on a server that has nothing else to do."""
    found = []
    for number in range(rounds):
        both = {}
        for kind in ("own", "others") if number % 2 == 0 else ("others", "own"):
            os.sync()
            if kind == "own":
                both[kind], made = create(bench, f"alone-{number}")
                both["bytes"] = made["bytes"]
                continue
            began = time.monotonic()
            folder = bench.server.folder / f"others-{number}"
            packed = by_others(bench, folder)
            both[kind] = time.monotonic() - began
            both["othersBytes"] = packed.stat().st_size
            packed.unlink()
            shutil.rmtree(folder)
        print(f"snapshot {both['own']:.2f} s, others' tools {both['others']:.2f} s", file=sys.stderr, flush=True)
        found.append(both)
    return found


def measure(bench):
    quick = bench.options.quick
    rounds = bench.options.rounds or (2 if quick else 7)
    bench.server.stop()
    bench.server.start(patience=60)
    # What is there to be copied.
    bench.generator(
        "intake", "--port", str(bench.server.port), "--process", str(bench.server.process.pid), "--tokens",
        str(bench.tokens), "--connections", "1000", "--seconds", "3" if quick else "10", "--runs", "1")
    size = sum(path.stat().st_size for path in pathlib.Path(bench.server.data).rglob("*.db"))
    beside = []
    for _ in range(rounds):
        beside.append(chat_beside(bench, 4 if quick else 8))
        print(json.dumps(beside[-1]), file=sys.stderr, flush=True)
    return {"size": size, "beside": beside, "alone": side_by_side(bench, rounds)}


def middle(values, unit, digits=2):
    return f"{statistics.median(values):.{digits}f}{unit}"


def spread(values):
    return f"{min(values):.2f} to {max(values):.2f}"


def table(found):
    beside, alone = found["beside"], found["alone"]
    ratios = [each["with"] / each["without"] for each in beside]
    times = [each["own"] / each["others"] for each in alone]
    lines = [
        ["what", "without, others' tools", "with, own", "ratio", "of the rounds"], ["---"] * 5,
        [f"deliveries at {RATE:,} messages/s, p99", middle([each["without"] for each in beside], " ms"),
         middle([each["with"] for each in beside], " ms"), middle(ratios, " ×"), spread(ratios)],
        ["acks, p99", middle([each["ackWithout"] for each in beside], " ms"),
         middle([each["ackWith"] for each in beside], " ms"),
         middle([each["ackWith"] / each["ackWithout"] for each in beside], " ×"),
         spread([each["ackWith"] / each["ackWithout"] for each in beside])],
        ["the chat stood still, longest of a round", "", middle([each["stood"] for each in beside], " ms"), "",
         f"{spread([each['stood'] for each in beside])} ms"],
        ["a snapshot, nothing else going on", middle([each["others"] for each in alone], " s"),
         middle([each["own"] for each in alone], " s"), middle(times, " ×"), spread(times)],
        ["its size", f"{alone[0]['othersBytes'] / 1e6:.1f} MB", f"{alone[0]['bytes'] / 1e6:.1f} MB",
         f"{alone[0]['bytes'] / alone[0]['othersBytes']:.2f} ×", ""]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
