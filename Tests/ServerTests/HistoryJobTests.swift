import Chat
import Server
import Testing

@Suite struct HistoryJobTests {
    /// A history that cannot be read just now.
    private struct Unreadable: HistoryReader {
        func events(
            of room: RoomID, after sequence: UInt64, through last: UInt64, maxEvents: Int, maxBytes: Int
        ) throws(StorageError) -> [HistoryEvent] { throw StorageError(.failed, "not now") }

        func messages(
            at places: [EventPlace], within ranges: [RoomID: VisibleRange]
        ) throws(StorageError) -> [EventPlace: CurrentMessage] { throw StorageError(.failed, "not now") }

        func traces(
            of person: PersonID, in room: RoomID, after sequence: UInt64, through last: UInt64,
            within bounds: Traces.Bounds
        ) throws(StorageError) -> Traces { throw StorageError(.failed, "not now") }

        func links(of room: RoomID, at sequences: [UInt64]) throws(StorageError) -> [UInt64: Digest] {
            throw StorageError(.failed, "not now")
        }

        func anchor(of room: RoomID) throws(StorageError) -> Head { throw StorageError(.failed, "not now") }

        func person(named name: String) throws(StorageError) -> Person? { nil }
        func person(_ id: PersonID) throws(StorageError) -> Person? { nil }
        func person(of identity: ExternalIdentity) throws(StorageError) -> Person? { nil }
        func openInvite(token: Digest) throws(StorageError) -> OpenInvite? { nil }
    }

    /// Else the client would be told that its history is another, and tell its user so.
    @Test func whatCannotBeReadIsNotTakenForAnotherHistory() {
        let held = [Head(sequence: 3, link: .zero)]
        #expect(throws: StorageError.self) {
            try HistoryJob.common(of: held, in: RoomID(high: 1, low: 1), reader: Unreadable())
        }
    }
}
