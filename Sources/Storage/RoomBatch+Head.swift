import Chat

extension RoomBatch {
    /// The room's head once this batch is stored. Traps when the events do not follow `expecting` one by one:
    /// the sequencer numbers them, and a gap on disk could never be mended.
    var headAfter: Head {
        var sequence = expecting.sequence
        for event in events {
            sequence += 1
            precondition(
                event.sequence == sequence, "a batch's events must follow its expected head without a gap")
            precondition(event.room == room, "a batch's events must be of its room")
        }
        guard let last = events.last else { return expecting }
        return Head(sequence: last.sequence, link: last.link)
    }
}
