package import Chat

/// What a batch asks of the others, once it is stored: a letter for each loop, answers for the control
/// socket.
package struct SequencerOutput: Hashable, Sendable {
    /// By loop; an empty list needs no letter.
    package var loops: [[LoopItem]]
    package var control: [ControlAnswer] = []
    /// Of the rooms that have new events: their last sequences.
    package var heads: [RoomID: UInt64] = [:]
    /// Of the rooms whose history begins later now: the last sequences that were removed.
    package var anchors: [RoomID: UInt64] = [:]
    /// For whoever removes old history.
    package var retention: [ControlAnswer] = []
    /// Stored in the outbox, to be entered in the audit log.
    package var audit: [AuditRecord] = []
    /// What became of the batch, for the log.
    package var storage = Storage.untouched

    package enum Storage: Hashable, Sendable {
        /// It changed nothing, or its fate is another thread's to tell.
        case untouched
        case stored
        case full
        case damaged
    }

    package init(loopCount: Int) { loops = Array(repeating: [], count: loopCount) }
}

/// The answer to a request of the control socket, or of whoever removes old history.
package struct ControlAnswer: Hashable, Sendable {
    package let request: UInt64
    package let answer: Answer

    package init(request: UInt64, answer: Answer) {
        self.request = request
        self.answer = answer
    }
}
