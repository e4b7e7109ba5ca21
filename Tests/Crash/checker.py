"""What must hold between what people were promised, what they were shown, and what the history says (G1 to G4)."""

import chain
from protocol import text_of


class Ledger:
    """The rooms' histories as far as they were read, each event checked once: what follows is chained to it, so that
    nothing before can change unnoticed."""

    def __init__(self, rooms):
        self.events = {room: [] for room in rooms}
        self.places = {}  # (author, words) -> where they stand
        self.ids = set()

    def heads(self):
        return {room: len(events) for room, events in self.events.items()}

    def extend(self, histories):
        """Takes in what follows in each room; what is wrong with it."""
        found = []
        for room, events in histories.items():
            known = self.events[room]
            found += [f"{room}: {problem}" for problem in chain.problems(events, known[-1] if known else None)]
            known += events
            for event in events:
                self.places.setdefault((event.author_name, text_of(event)), []).append((room, event.sequence))
                if event.id in self.ids:
                    found.append(f"{room} {event.sequence} has an id that stands twice")
                self.ids.add(event.id)
        return found

    def at(self, room, sequence):
        events = self.events.get(room, [])
        return events[sequence - 1] if 0 < sequence <= len(events) else None

    def ack_problems(self, acks):
        """Every acknowledged send is there: once, in its place, under its id, with its words, by whom sent it."""
        found = []
        for ack in acks:
            event = self.at(ack.room, ack.sequence)
            if event is None:
                found.append(f"{ack.room} {ack.sequence} was acknowledged and is lost: the history ends before")
                continue
            if event.id != ack.id:
                found.append(f"{ack.room} {ack.sequence} is another event than was acknowledged")
            if text_of(event) != ack.body or event.author_name != ack.author:
                found.append(f"{ack.room} {ack.sequence} is not what {ack.author} sent")
            places = self.places.get((ack.author, ack.body), [])
            if len(places) != 1:
                found.append(f"what {ack.author} sent once is stored {len(places)} times: {places[:3]}")
        return found

    def seen_problems(self, seen):
        """Nobody was shown an event that is not in the history. `seen`: (room, event) pairs."""
        return [
            f"{room} {event.sequence} was shown to somebody and is not in the history" for room, event in seen
            if nameless(self.at(room, event.sequence)) != nameless(event)]


def nameless(event):
    """An event without the displayed name, which is a courtesy and may change."""
    return event and event._replace(author_name="")


def problems(acks, seen, histories):
    """All of it, of whole histories."""
    ledger = Ledger(histories)
    return ledger.extend(histories) + ledger.ack_problems(acks) + ledger.seen_problems(seen)


def short(found):
    """For a report: the first few, and how many there are."""
    return "; ".join(found[:4]) + (f" … {len(found)} in all" if len(found) > 4 else "")
