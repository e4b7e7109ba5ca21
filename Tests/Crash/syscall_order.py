"""Syscall order: under load, no ack byte is written before the fdatasync that covers it; see order_proof.py."""

import order_proof
from appliance import Appliance
from checker import problems, short
from disk import Disk
from order_proof import Findings, prove
from recording import Recording, told, wait_for
from tls_trace import said

# One with one message in flight, where order is plainest; others pipelined, where one sync covers many.
WINDOWS = [1, 1, 4, 8, 16, 32, 64, 64]


def run(report, messages):
    """`messages` of each of eight senders."""
    people = [f"sender{number}" for number in range(len(WINDOWS))]
    with Appliance(people, ["alpha", "beta"]) as appliance:
        recording = Recording(appliance)
        recording.start()
        speakers = recording.speak([
            (name, appliance.rooms[number % 2], messages, window)
            for number, (name, window) in enumerate(zip(people, WINDOWS))])
        wait_for(speakers, patience=300)
        histories = appliance.histories(people[0])
        appliance.kill()
        recording.ended()
        acks = [ack for speaker in speakers for ack in speaker.acks]
        found = problems(acks, [(s.room, e) for s in speakers for e in s.seen.values()], histories)
        report.check("order: what was acknowledged and shown is in the history", not found, short(found))
        check_order(report, recording, acks)
        check_the_check(report, recording)


def check_order(report, recording, acks):
    findings = order_proof.prove_all(recording)
    counts = f"{len(findings.acks)} acks and {findings.shown} shown events against {findings.syncs} syncs of the log"
    print(f"        {counts}")
    report.check("order: no ack and no event left before its fdatasync", not findings.early, short(findings.early))
    traced = {event for _, _, event in findings.acks}
    report.check(
        "order: every ack that a client got was found in the trace",
        bool(acks) and {ack.id for ack in acks} <= traced, f"{len(acks)} got, {len(traced)} found")


def check_the_check(report, recording):
    """A trace in which an ack precedes its sync must be caught, whatever the way it came about."""
    moments = recording.runs[0]
    messages = said(moments, recording.key_log)
    acks = [message for message in messages if any(kind == "ack" for kind, *_ in told(message))]
    sample = set(acks[::max(1, len(acks) // 20)])

    def early(moments, messages):
        return prove(Disk(recording.appliance.data, recording.before), moments, messages, Findings()).early

    # An ack may leave behind one more sync than its own: this one did not.
    ack = next(m for m in acks[len(acks) // 2:] if early(moments, [order_proof.with_ack_before_sync(moments, m)]))

    moved = [order_proof.with_ack_before_sync(moments, m) if m in sample else m for m in messages]
    report.check("order: acks moved before their syncs are caught", len(early(moments, moved)) >= len(sample) // 2)
    report.check(
        "order: an ack after a sync that failed is caught",
        bool(early(order_proof.with_failed_sync(moments, ack), messages)))
    report.check(
        "order: an ack after a sync of another file is caught",
        bool(early(order_proof.with_sync_of_another_file(moments, ack), messages)))
