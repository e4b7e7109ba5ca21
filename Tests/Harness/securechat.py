"""The real program, as the suites that drive it from outside see it. Standard library only.

$SECURECHAT names the program; packaging/test sets it.
"""

import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ.get("SECURECHAT") or str(
    pathlib.Path(__file__).resolve().parents[2] / ".build/debug/securechat")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server on a data folder and a port of its own: a context manager, stopped and removed at the end."""

    def __init__(self, settings=None, prefix=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="securechat-"))
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        self.port = free_port()
        self.prefix = list(prefix)
        # What every command that works on this server is given.
        self.options = ["--data", str(self.data)]
        self.settings = {
            "SECURECHAT_LISTEN_ADDRESS": "127.0.0.1", "SECURECHAT_LISTEN_PORT": str(self.port),
            # Unasked they come when a test does not expect them.
            "SECURECHAT_SNAPSHOTS_EVERYHOURS": "0",
        }
        self.settings.update(settings or {})
        self.passwords = {}
        self.process = None

    def __enter__(self):
        self.admin("init")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self):
        return {**os.environ, **self.settings}

    def start(self, patience=30):
        log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen(
            self.prefix + [PROGRAM, "serve", *self.options],
            env=self.environment, stdout=log, stderr=log)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            if self.answers():
                return
            time.sleep(0.02)
        raise RuntimeError("the server did not start:\n" + self.log())

    def answers(self):
        """Both doors: without its control socket a command would take the directory for its own."""
        with socket.socket() as clients, socket.socket(socket.AF_UNIX) as control:
            return (clients.connect_ex(("127.0.0.1", self.port)) == 0
                    and control.connect_ex(str(self.data / "control.sock")) == 0)

    def stop(self, how=signal.SIGTERM, patience=30):
        """The exit status; killed if it does not end."""
        if self.process is None:
            return None
        self.process.send_signal(how)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process = None

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")[-4_000:]

    def admin(self, *words):
        """An administrator's command; its output."""
        done = subprocess.run(
            [PROGRAM, *words, *self.options],
            env=self.environment, capture_output=True, timeout=60)
        if done.returncode != 0:
            complaint = done.stderr.decode(errors="replace")
            raise RuntimeError(f"{words} ended with {done.returncode}: {complaint}")
        return done.stdout.decode()

    def token(self, name, *scopes, expires=None, label=""):
        """A new key of a program that is this person's; for what is usual, if no scope is named."""
        words = [word for scope in scopes for word in ("--scope", scope)]
        words += ["--expires", expires] if expires else []
        return json.loads(self.admin("user", "token", name, "--label", label, *words, "--json"))["token"]

    def add_person(self, name):
        self.passwords[name] = secrets.token_urlsafe(12)
        file = self.folder / f"password-{name}"
        file.write_text(self.passwords[name] + "\n")
        file.chmod(0o600)
        self.admin("user", "add", name, "--password-file", str(file))

    def client(self, command, name, *words, **options):
        """A client of that name: a process, its output as bytes in a pipe."""
        # A home for each: what one has pinned is nothing to another.
        home = self.folder / f"home-{name}"
        home.mkdir(exist_ok=True)
        environment = {
            **self.environment, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"),
            "SECURECHAT_PASSWORD": self.passwords[name],
        }
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen(
            [PROGRAM, command, "--server", f"127.0.0.1:{self.port}", "--user", name, "--accept-new", *words],
            env=environment, **options)


class Report:
    """Counts what a suite checked and ends it with the plain line that packaging/test reads."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, holds, detail=""):
        if holds:
            self.passed += 1
            print(f"ok      {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {name} {detail}", flush=True)
        return holds

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def json_lines(data):
    return [json.loads(line) for line in data.decode("utf-8").splitlines() if line]
