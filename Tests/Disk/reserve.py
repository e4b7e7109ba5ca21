"""What goes on and what is refused as the room shrinks: first nothing new is begun, then messages are refused while
administration and deletions go on, then all is as before. The room is taken to the reserve, and not beyond."""

import json
import time

from appliance import Appliance
from crowd import send_ids
from full_and_free import full_status, move
from protocol import ROOM as ROOM_INFO, SENT, Disconnected, Refused, read_sent
from small_disk import SmallDisk
from waiting import until

ROOM, PEOPLE = "alpha", ["ada", "bob"]
MEGABYTES = 64
RESERVE = 2 << 20


def run(report):
    with Appliance(PEOPLE, [ROOM], {"SECURECHAT_DISK_RESERVEMEGABYTES": "2"}) as appliance, \
            SmallDisk(appliance.folder, MEGABYTES) as disk:
        if not disk.kind:
            print("        SKIPPED reserve: this process may mount no file system (it needs root)", flush=True)
            return
        move(appliance, disk)
        appliance.start()
        try:
            with appliance.connect_plain() as ada:
                # From a device: a key makes no rooms.
                ada.log_in("ada", appliance.passwords["ada"])
                Stages(report, appliance, disk, ada).check()
            marks(report, appliance)
        finally:
            appliance.kill()


class Stages:
    def __init__(self, report, appliance, disk, ada):
        self.report, self.appliance, self.disk, self.ada = report, appliance, disk, ada
        self.ids = send_ids()
        self.room_id, _ = ada.subscribe(ROOM)

    def check(self):
        first_send = self.send()
        self.is_refused("before: a room is made", lambda: self.make_room("before"), None)
        filler = self.disk.fill(leave=RESERVE + RESERVE // 2)
        self.state("low")
        self.low()
        filler.unlink()
        filler = self.disk.fill(leave=RESERVE // 2)
        self.state("full")
        self.reserved(first_send)
        filler.unlink()
        self.state("open")
        freed = time.monotonic()
        self.is_refused("after: messages are taken", self.send, None)
        self.is_refused("after: a room is made", lambda: self.make_room("after"), None)
        self.report.check("after: at once", time.monotonic() - freed < 1)

    def low(self):
        self.is_refused("low: a person makes no room", lambda: self.make_room("lounge"), "storage_low")
        self.is_refused("low: messages are taken", self.send, None)
        self.appliance.admin("room", "add", "office", "--public")
        self.report.check("low: the operator makes one", "office" in self.appliance.admin("room", "list"))
        link = self.appliance.admin("user", "invite", "--uses", "2", "--json")
        token = json.loads(link)["link"].split("token=")[1].split("&")[0]
        with self.appliance.connect_plain() as stranger:
            self.is_refused(
                "low: nobody new comes in by a link",
                lambda: stranger.come(token, "carl", "a good long password"), "storage_low",
                within=5)  # the password is hashed before

    def reserved(self, earlier):
        self.is_refused("full: messages are refused", self.send, "storage_full")
        self.is_refused("full: and rooms", lambda: self.make_room("lounge"), "storage_full")
        self.is_refused("full: a message is deleted", lambda: self.delete(earlier.sequence), None)
        self.appliance.admin("user", "disable", "bob")
        try:
            self.appliance.connect("bob").close()
            lets_in = True
        except (Disconnected, Refused):
            lets_in = False
        self.report.check("full: somebody is disabled, and is out", not lets_in)
        self.appliance.admin("user", "enable", "bob")
        self.appliance.add_person("dora")
        with self.appliance.connect_plain() as dora:
            login = dora.log_in("dora", self.appliance.passwords["dora"])
        self.report.check("full: a person whom the operator adds logs in, and has tokens", login.refresh != "")
        events = self.ada.history(self.room_id)
        self.report.check("full: the history is read", len(events) > 2 and events[earlier.sequence - 1].content == b"")
        self.report.check("full: the status says so", full_status(self.appliance) is not None)

    def state(self, name):
        def shown():
            return json.loads(self.appliance.admin("status", "--json"))["disk"]["state"] == name
        until(shown, 5, f"the disk is {name}", pause=0.1)

    def is_refused(self, what, ask, code, within=1):
        """Whether a request is refused with this code; None: whether it is granted."""
        began = time.monotonic()
        try:
            ask()
            found = None
        except Refused as refused:
            found = refused.name
        took = time.monotonic() - began
        self.report.check(what, found == code and took < within, f"{found}, {took:.2f} s")

    def send(self):
        return self.ada.send(self.room_id, next(self.ids), "hello")

    def make_room(self, name):
        return self.ada.request(ROOM_INFO, [(10, [(1, name), (2, 1)])])

    def delete(self, sequence):
        body = [(6, [(1, self.room_id), (2, next(self.ids)), (5, [(1, sequence)])])]
        return read_sent(self.ada.answer(self.ada.post(body), SENT))


def marks(report, appliance):
    """Each change is in the audit log, once."""
    entries = [json.loads(line) for line in appliance.admin("audit", "export").splitlines()]
    kinds = [entry["kind"] for entry in entries if entry.get("kind", "").startswith("storage_")]
    wanted = ["storage_low", "storage_full", "storage_recovered"]
    report.check("the audit log has each change", [kind for kind in wanted if kind in kinds] == wanted, str(kinds))
