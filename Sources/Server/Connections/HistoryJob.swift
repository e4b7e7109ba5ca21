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
        let maxEvents = min(read.maxEvents, limits.historyPageEvents)
        let through = min(read.through ?? passed, passed)
        do throws(StorageError) {
            let events = try reader.events(
                of: read.room, after: max(read.after, first - 1), through: through, maxEvents: maxEvents,
                maxBytes: limits.historyPageBytes)
            let bytes = events.reduce(0) { $0 + $1.event.content.count }
            let isCut = events.count == maxEvents || bytes >= limits.historyPageBytes
            let more = isCut && events.last.map { $0.event.sequence < through } == true
            let page = HistoryPage(room: read.room, events: events, more: more)
            return ServerMessageEncoder.encode(.historyPage(page), request: request)
        } catch {
            return ServerMessageEncoder.encode(
                .refused(RefusalNotice(error.refusal(limits))), request: request)
        }
    }

    /// The greatest checkpoint whose link this history holds too; `.empty` when there is none.
    package static func common(
        of held: [Head], in room: RoomID, reader: any HistoryReader
    ) throws(StorageError) -> Head {
        let links = try reader.links(of: room, at: held.map(\.sequence))
        return held.filter { links[$0.sequence] == $0.link }.max { $0.sequence < $1.sequence } ?? .empty
    }
}
