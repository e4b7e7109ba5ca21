package import Chat
package import Reactor

/// What searching needs: the index of the moment, and the threads that look. A value; any thread.
package struct SearchDesk: Sendable {
    let lane: WorkLane
    /// `nil` while it is made anew.
    let reader: @Sendable () -> (any SearchReader)?
    /// Told what was wrong with the index.
    let noteFailure: @Sendable (StorageError) -> Void

    package init(
        lane: WorkLane, reader: @escaping @Sendable () -> (any SearchReader)?,
        noteFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        self.lane = lane
        self.reader = reader
        self.noteFailure = noteFailure
    }
}
