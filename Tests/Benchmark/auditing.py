"""What the audit log costs the chat: the same load with it and without, in turns, because others use the machine."""

import contextlib
import json
import sqlite3
import statistics
import subprocess
import sys
from pathlib import Path

RATE = 10_000
# In this order in each round. The second is what the others are compared with: the thread that makes the events is the
# benchmark's own, and shares the processor.
KINDS = {
    "none": "nothing",
    "unheard": "security events, made and not handed over",
    "alike": "a flood of one kind",
    "various": "security events, each another",
    "records": "records, each an entry",
    "administration": "administration, as fast as it is answered",
}
# Of them: what is no flood of events.
SCALE = {"none", "records", "administration"}
BASE = "unheard"


def counted(database):
    """Entries, and events that were dropped, in a log that nobody writes."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as audit:
        entries = audit.execute("SELECT count(*) FROM entries").fetchone()[0]
        rows = audit.execute("SELECT details FROM entries WHERE kind = 'events_dropped'").fetchall()
    return entries, sum(json.loads(row[0])["count"] for row in rows if row[0])


def once(bench, kind, seconds):
    """One run on a fresh server that also audits."""
    database = bench.server.data / "audit.db"
    before = counted(database)
    command = [*bench.server.prefix, bench.options.audited, "--data", str(bench.server.data),
               "--port", str(bench.server.port), "--events", kind, "--rate", str(RATE)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if server.stdout.readline() != "listening\n":
            raise RuntimeError("the audited server did not start")
        output = bench.generator(
            "fanout", "--port", str(bench.server.port), "--process", str(server.pid), "--tokens", str(bench.tokens),
            "--connections", "1000", "--room-size", "10", "--rate", "1000", "--seconds", str(seconds))
        # proc(5): user and system time, and when it began, in hundredths of a second.
        fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
        processor, clock = (int(fields[11]) + int(fields[12])) / 100, float(fields[19]) / 100
        life = float(Path("/proc/uptime").read_text().split()[0]) - clock
    finally:
        server.terminate()
        status = server.wait(60)
    if status != 0:
        raise RuntimeError(f"the audited server ended with {status}")
    result = json.loads(output.decode().splitlines()[-1])
    after = counted(database)
    result.update(kind=kind, entries=(after[0] - before[0]) / life, dropped=after[1] - before[1],
                  processor=100 * processor / life)
    print(f"{kind}: ack p99 {result['ack']['p99']} ms, delivery p99 {result['delivery']['p99']} ms, "
          f"{result['entries']:.0f} entries/s, {result['dropped']} dropped, "
          f"processor {result['processor']:.0f} %, others {result['otherPercent']} %",
          file=sys.stderr, flush=True)
    if not result["faultless"]:
        raise RuntimeError(f"messages were lost or refused: {result}")
    return result


def kinds_of(turn):
    """The claim is about events: what is compared with them for scale is measured in every third round."""
    return [kind for kind in KINDS if kind not in SCALE or turn % 3 == 0]


def measure(bench):
    bench.server.stop()
    turns, seconds = (3, 3) if bench.options.quick else (24, 4)
    turns = bench.options.rounds or turns
    return [{**once(bench, kind, seconds), "turn": turn} for turn in range(turns) for kind in kinds_of(turn)]


def median(results, kind, percentile):
    """Of the deliveries of all rounds."""
    return statistics.median(result["delivery"][percentile] for result in results if result["kind"] == kind)


def ratios(results, kind):
    """Each round's p99 over the p99 without auditing in the same round, which others disturbed alike; sorted."""
    base = {result["turn"]: result["delivery"]["p99"] for result in results if result["kind"] == BASE}
    return sorted(
        result["delivery"]["p99"] / base[result["turn"]] for result in results if result["kind"] == kind)


def table(results):
    header = ["beside the chat", "events/s", "entries/s", "dropped", "p50", "p99", "of p99 without", "middle half",
              "rounds", "processor time", "others' processor time"]
    lines = [header, ["---"] * len(header)]
    for kind, name in KINDS.items():
        mine = [result for result in results if result["kind"] == kind]
        entries = statistics.median(result["entries"] for result in mine)
        rate = {"none": 0, "unheard": 0, "administration": entries}.get(kind, RATE)
        found = ratios(results, kind)
        half = f"{found[len(found) // 4]:.2f} to {found[-1 - len(found) // 4]:.2f}"
        others = statistics.median(result["otherPercent"] for result in mine)
        processor = statistics.median(result["processor"] for result in mine)
        lines.append([
            name, f"{rate:,.0f}", f"{entries:,.0f}", f"{sum(result['dropped'] for result in mine):,}",
            f"{median(results, kind, 'p50'):.2f} ms", f"{median(results, kind, 'p99'):.2f} ms",
            f"{statistics.median(found):.2f} ×", half, f"{len(found)}", f"{processor:.1f} %", f"{others:.0f} %"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rounds(results):
    return sum(result["kind"] == BASE for result in results)
