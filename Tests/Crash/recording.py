"""A real run under strace: its recorded moments, the directory before it, and all that its clients know of it."""

import shutil

import tls_trace
import trace
from appliance import Appliance
from crowd import Speaker, finish
from disk import UNKNOWN, Disk, differences
from protocol import EVENT, HISTORY_PAGE, SENT, read_event, read_sent
from protobuf import decode


class Recording:
    """Runs of one appliance, one after the other, each recorded from its start to its end."""

    def __init__(self, appliance: Appliance):
        self.appliance = appliance
        self.key_log = appliance.folder / "keys.log"
        self.before = appliance.folder / "before"
        shutil.copytree(appliance.data, self.before, ignore=lambda folder, names: [
            name for name in names if name.endswith(".sock")])
        self.disk = Disk(appliance.data, self.before)
        self.runs = []  # the moments of each run
        self.speakers = []

    def speak(self, plan, first=1):
        """Starts people who send: (name, room, count, window) each."""
        started = [
            Speaker(self.appliance, name, room, count, window, self.key_log, first)
            for name, room, count, window in plan]
        for speaker in started:
            speaker.start()
        self.speakers += started
        return started

    def start(self, fault=None):
        """Starts the server, recorded; `fault`: as strace injects it, such as fdatasync:error=EIO:when=9."""
        self.log = self.appliance.folder / f"calls-{len(self.runs)}.log"
        prefix = trace.recorder(self.log)
        if fault:
            prefix[1:1] = ["-e", f"inject={fault}"]
        return self.appliance.start(prefix)

    def ended(self):
        """Takes in what was recorded of a run that has ended; what differs from the directory it left is void."""
        trace.wait_until_written(self.log)
        moments = trace.read(self.log)
        self.log.unlink()
        self.runs.append(moments)
        for moment in moments:
            call = moment.call
            if call.name in UNKNOWN and self.disk.root in trace.plain(call.text):
                raise ValueError(f"the model has no rule for {call}")
            self.disk.apply(moment)
        for call in self.disk.settle_unfinished(self.appliance.data):
            trace.settle(moments, call)
            self.disk.apply(moments[-1])
        self.disk.new_process()
        found = differences(self.disk.newest(), self.appliance.data)
        if found:
            raise ValueError(f"the recording does not explain these files: {found}")

    def said(self):
        """Every message of the server in every run: [[Said]]."""
        return [tls_trace.said(moments, self.key_log) for moments in self.runs]


def told(said):
    """What one message told its reader of events: [(kind, room id, sequence, event id)]."""
    if said.kind == SENT:
        sent = read_sent(said.data)
        return [("ack", sent.room, sent.sequence, sent.event_id)]
    if said.kind == EVENT:
        events = [said.data]
    elif said.kind == HISTORY_PAGE:
        events = decode(said.data).get(2, [])
    else:
        return []
    events = map(read_event, events)
    return [("event", event.room, event.sequence, event.id) for event in events]


def wait_for(speakers, patience=120):
    finish(speakers, patience)
