"""A server's wall clock that a suite sets, by libfaketime (Debian: faketime); the monotonic clock is the true one."""

import glob

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)


class Clock:
    """The server's, by a file that it reads each time it asks for the time."""

    def __init__(self, folder):
        self.file = folder / "clock"
        self.set(0)

    def set(self, seconds):
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self.file)

    @property
    def prefix(self):
        # The second env is the first program with the library in it, which adds a variable to its environment; in
        # the server the addition would come before Swift has found its arguments beside the environment.
        return ["env", f"LD_PRELOAD={LIBRARY}", f"FAKETIME_TIMESTAMP_FILE={self.file}", "FAKETIME_NO_CACHE=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1", "env"]
