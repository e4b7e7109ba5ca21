"""Waiting for a condition instead of for a time."""

import time


class TooLate(AssertionError):
    """What was waited for did not happen."""


def until(condition, seconds, what, pause=0.01):
    """The first true value of `condition()`; raises TooLate after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise TooLate(f"after {seconds} s still not: {what}")
        time.sleep(pause)
