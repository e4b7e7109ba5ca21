package import Chat
package import Wire

/// Reads one page of a room's history and encodes the answer. On a thread of the work pool.
package struct HistoryJob: Sendable {
    private let reader: any HistoryReader
    private let read: HistoryRequest
    private let request: UInt64
    private let limits: Limits
    /// The first sequence that the asker may read.
    private let first: UInt64
    /// The last sequence that the asker's loop has passed on: a later one may be from after his removal.
    private let passed: UInt64

    package init(
        reader: any HistoryReader, read: HistoryRequest, first: UInt64, passed: UInt64, request: UInt64,
        limits: Limits
    ) {
        self.first = first
        self.passed = passed
        self.reader = reader
        self.read = read
        self.request = request
        self.limits = limits
    }

    package func run() -> [UInt8] {
        do throws(StorageError) {
            return ServerMessageEncoder.encode(.historyPage(try page()), request: request)
        } catch {
            return ServerMessageEncoder.encode(
                .refused(RefusalNotice(error.refusal(limits))), request: request)
        }
    }

    private func page() throws(StorageError) -> HistoryPage {
        let maxEvents = min(read.maxEvents, limits.historyPageEvents)
        let through = min(read.through ?? passed, passed)
        let after = max(read.after, first - 1)
        let events = try reader.events(
            of: read.room, after: after, through: through, maxEvents: maxEvents,
            maxBytes: limits.historyPageBytes)
        let bytes = events.reduce(0) { $0 + $1.event.content.count }
        let isCut = events.count == maxEvents || bytes >= limits.historyPageBytes
        let more = isCut && events.last.map { $0.event.sequence < through } == true
        let begin = try beginning(of: events, after: after, through: through)
        return HistoryPage(
            room: read.room, events: events, more: more, first: begin > read.after + 1 ? begin : 0)
    }

    /// The first sequence behind `after` that there is. What is missing before it was removed, or the history
    /// is damaged: then nothing is said about it, and the reader finds the gap.
    private func beginning(
        of events: [HistoryEvent], after: UInt64, through: UInt64
    ) throws(StorageError) -> UInt64 {
        let next = events.first?.event.sequence
        guard after < through, next != after + 1 else { return after + 1 }
        // Asked behind the events, it is no less than it was for them.
        let anchor = try reader.anchor(of: read.room).sequence
        if let next { return anchor >= next - 1 ? next : after + 1 }
        return anchor >= through ? anchor + 1 : after + 1
    }

    /// The greatest checkpoint whose link this history holds too; `.empty` when there is none.
    package static func common(
        of held: [Head], in room: RoomID, reader: any HistoryReader
    ) throws(StorageError) -> Head {
        let links = try reader.links(of: room, at: held.map(\.sequence))
        return held.filter { links[$0.sequence] == $0.link }.max { $0.sequence < $1.sequence } ?? .empty
    }
}
