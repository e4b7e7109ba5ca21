package import Chat
package import Wire

/// The sends that were not acknowledged yet, in the order they were asked for.
///
/// Kept across connections: what was in flight when one was lost is sent again on the next, under the same
/// id, in the same order. Knows no time but what it is told. Order: 1, 2, 3 are written as 1, 2, 3; only a
/// refusal that may be retried (`busy`) can let a later send, already in flight, overtake it.
package struct Outgoing: Sendable {
    package enum Verdict: Equatable, Sendable {
        /// Kept, and offered again by `next` from this moment on.
        case retries(at: Duration)
        /// Given up: the caller is told.
        case reported
        /// No send of this id is waiting for an answer.
        case unknownSend
    }

    private struct Entry {
        let message: SendMessage
        var isInFlight = false
        var size: Int { message.content.bodyCount }
    }

    package let maxMessages: Int
    package let maxBytes: Int
    package private(set) var bytes = 0
    package private(set) var inFlight = 0
    package private(set) var inFlightBytes = 0

    private var entries: [UInt64: Entry] = [:]
    private var places: [SendID: UInt64] = [:]
    private var nextPlace: UInt64 = 0
    /// The first place that was not written on this connection yet.
    private var cursor: UInt64 = 0
    /// Refused for now and to be written again: before anything at the cursor.
    private var retries: [UInt64] = []
    private var pausedUntil = Duration.zero

    package init(maxMessages: Int = 4_096, maxBytes: Int = 8 * 1_024 * 1_024) {
        self.maxMessages = maxMessages
        self.maxBytes = maxBytes
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    /// When `next` offers something again, while a refusal holds it back.
    package func pause(at now: Duration) -> Duration? {
        guard now < pausedUntil, entries.count > inFlight else { return nil }
        return pausedUntil
    }

    /// False when the bound is reached, or the id is waiting already: then nothing was kept.
    package mutating func append(_ message: SendMessage) -> Bool {
        let size = message.content.bodyCount
        guard entries.count < maxMessages, bytes + size <= maxBytes, places[message.id] == nil else {
            return false
        }
        entries[nextPlace] = Entry(message: message)
        places[message.id] = nextPlace
        nextPlace += 1
        bytes += size
        return true
    }

    /// What to write next; `nil` when there is nothing, the window is full or a refusal holds back. The
    /// window bounds the bytes too: what the peer has not taken waits in the connection's outbox, which is
    /// bounded. One message goes whatever its size.
    package mutating func next(window: Int, windowBytes: Int, now: Duration) -> SendMessage? {
        guard inFlight < window, now >= pausedUntil, let place = nextToWrite(),
            let size = entries[place]?.size, inFlight == 0 || inFlightBytes + size <= windowBytes
        else { return nil }
        if retries.first == place { retries.removeFirst() } else { cursor = place + 1 }
        return write(place)
    }

    private mutating func nextToWrite() -> UInt64? {
        if let place = retries.first { return place }
        while cursor < nextPlace, entries[cursor]?.isInFlight != false { cursor += 1 }
        return cursor < nextPlace ? cursor : nil
    }

    /// The send was stored. False when it was acknowledged before, or is not ours.
    package mutating func acknowledge(_ id: SendID) -> Bool { remove(id) != nil }

    /// The server refused. What may succeed unchanged is kept under its id; the rest is given up.
    package mutating func refuse(_ id: SendID, _ refusal: RefusalNotice, now: Duration) -> Verdict {
        guard let place = places[id] else { return .unknownSend }
        guard Self.isRetried(refusal) else {
            _ = remove(id)
            return .reported
        }
        guard entries[place]?.isInFlight == true else { return .unknownSend }
        entries[place]?.isInFlight = false
        inFlight -= 1
        inFlightBytes -= entries[place]?.size ?? 0
        retries.insert(place, at: retries.firstIndex { $0 > place } ?? retries.endIndex)
        pausedUntil = max(pausedUntil, now + (refusal.retryAfter ?? .milliseconds(250)))
        return .retries(at: pausedUntil)
    }

    /// The connection is gone: everything is unwritten again, from the first.
    package mutating func connectionLost() {
        for place in entries.keys { entries[place]?.isInFlight = false }
        inFlight = 0
        inFlightBytes = 0
        retries = []
        cursor = entries.keys.min() ?? nextPlace
        pausedUntil = .zero
    }

    /// Gives everything up; answers the ids in their order.
    package mutating func abandon() -> [SendID] {
        let ids = entries.sorted { $0.key < $1.key }.map(\.value.message.id)
        for id in ids { _ = remove(id) }
        return ids
    }

    /// A full disk is the operator's to mend, and a person should hear of it rather than wait: it is
    /// reported.
    private static func isRetried(_ refusal: RefusalNotice) -> Bool {
        guard refusal.mayRetry, let code = refusal.code else { return refusal.mayRetry }
        // Hours may go by in a slow room: its author hears of it, and everything else goes on.
        return ![.storageFull, .storageDamaged, .slowMode].contains(code)
    }

    private mutating func write(_ place: UInt64) -> SendMessage? {
        entries[place]?.isInFlight = true
        inFlight += 1
        inFlightBytes += entries[place]?.size ?? 0
        return entries[place]?.message
    }

    private mutating func remove(_ id: SendID) -> SendMessage? {
        guard let place = places.removeValue(forKey: id), let entry = entries.removeValue(forKey: place)
        else {
            return nil
        }
        if entry.isInFlight {
            inFlight -= 1
            inFlightBytes -= entry.size
        } else {
            retries.removeAll { $0 == place }
        }
        bytes -= entry.size
        return entry.message
    }
}
