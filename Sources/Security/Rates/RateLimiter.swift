package import Chat
package import Native
import Synchronization

/// How often who may do what: every bucket that is shared by the loops.
///
/// Any thread, without a lock: amounts and buckets are atomic numbers. Lives as long as the process; what is
/// left of its buckets is kept by `snapshot` and given back by `restore`.
package final class RateLimiter: Sendable {
    /// The kinds of shared buckets. The numbers are those of the store: never change one.
    package enum Kind: UInt8, CaseIterable, Sendable {
        case addressConnections = 1
        case addressHandshakes = 2
        case addressLogins = 3
        case accountLogins = 4
        case deviceLogins = 5
        case accountMessages = 6
        case accountBytes = 7
        case accountReads = 8
        case roomMessages = 9
        case roomBytes = 10
        case accountCodes = 11
        case deviceCodes = 12
        case accountSearches = 13
    }

    /// What a connection's own buckets are for.
    enum ConnectionKind: Int, CaseIterable {
        case messages, bytes, reads, searches
    }

    /// What the log sums up.
    package enum Counter: Int, CaseIterable, Sendable {
        case refusedConnections, refusedHandshakes, failedLogins, refusedLogins, refusedRequests
    }

    private let tables: [RateTable]
    private let connectionRates: AtomicCells
    private let counters = AtomicCells(count: Counter.allCases.count)
    private let isEnabledFlag: Atomic<Bool>
    private let period = RateLimits().messagesOfAConnection.period

    /// - Parameter key: secret, so that nobody can choose subjects that share places; and the same after a
    ///   restart, so that what is restored is found.
    package init(_ limits: RateLimits, key: SipHash) {
        isEnabledFlag = Atomic(limits.isEnabled)
        tables = Kind.allCases.map { RateTable(limits.rate(of: $0), places: Self.places(of: $0), hash: key) }
        connectionRates = AtomicCells(count: ConnectionKind.allCases.count)
        apply(limits)
    }

    /// What is asked for from now on is judged by these. Any thread.
    package func apply(_ limits: RateLimits) {
        for kind in Kind.allCases { self[kind].set(limits.rate(of: kind).amount) }
        for kind in ConnectionKind.allCases {
            connectionRates.set(kind.rawValue, to: Int64(limits.rate(of: kind).amount))
        }
        isEnabledFlag.store(limits.isEnabled, ordering: .relaxed)
    }

    package var isEnabled: Bool { isEnabledFlag.load(ordering: .relaxed) }

    subscript(kind: Kind) -> RateTable { tables[Int(kind.rawValue) - 1] }

    func connectionRate(_ kind: ConnectionKind) -> Rate {
        Rate(Int(connectionRates.load(kind.rawValue)), per: period)
    }

    // MARK: connections

    /// Whether a connection from there is accepted. Before anything is spent on it.
    package func admits(connectionFrom address: IPAddress, now: Int64) -> Bool {
        admits(.addressConnections, address, now: now, else: .refusedConnections)
    }

    /// Whether TLS may begin with it: a signature is made.
    package func admits(handshakeFrom address: IPAddress, now: Int64) -> Bool {
        admits(.addressHandshakes, address, now: now, else: .refusedHandshakes)
    }

    private func admits(
        _ kind: Kind, _ address: IPAddress, now: Int64, else counter: Counter
    ) -> Bool {
        guard isEnabled else { return true }
        if case .granted = self[kind].take(1, of: .address(address), now: now) { return true }
        count(counter)
        return false
    }

    // MARK: what the log sums up

    package func count(_ counter: Counter) {
        var value = counters.load(counter.rawValue)
        while true {
            let found = counters.exchange(counter.rawValue, value, for: value + 1)
            if found == value { return }
            value = found
        }
    }

    /// Since the start.
    package func total(of counter: Counter) -> Int { Int(counters.load(counter.rawValue)) }

    // MARK: what outlives the process

    /// Every bucket that will be full only after `least` more, for a store: what is full sooner need not be
    /// remembered over a restart. Of more than `most` those that are full last.
    package func snapshot(now: Int64, wallClock: Timestamp, least: Duration, most: Int) -> [RateRecord] {
        var records: [RateRecord] = []
        for kind in Kind.allCases {
            for entry in self[kind].entries(fullAfter: now + least.wholeNanoseconds) {
                // In whole seconds: two snapshots of the same buckets are the same.
                let fullAt = wallClock.milliseconds + (entry.fullAt - now) / 1_000_000
                records.append(
                    RateRecord(
                        kind: kind.rawValue, level: UInt8(clamping: entry.level), tag: entry.tag,
                        fullAt: Timestamp(milliseconds: (fullAt / 1_000 + 1) * 1_000)))
            }
        }
        guard records.count > most else { return records }
        return Array(records.sorted { $0.fullAt > $1.fullAt }.prefix(most))
    }

    /// Before anybody takes. A wall clock that was set back makes nobody wait longer than an empty bucket
    /// does.
    package func restore(_ records: [RateRecord], now: Int64, wallClock: Timestamp) {
        for record in records {
            guard let kind = Kind(rawValue: record.kind) else { continue }
            let left = record.fullAt.milliseconds.subtractingReportingOverflow(wallClock.milliseconds)
            guard !left.overflow, left.partialValue > 0 else { continue }
            let most = self[kind].rate.periodNanoseconds
            let nanoseconds = min(left.partialValue, most / 1_000_000) * 1_000_000
            self[kind].restore(
                RateTable.Entry(level: Int(record.level), tag: record.tag, fullAt: now + nanoseconds))
        }
    }

    // MARK: sizes

    /// 16 bytes a place.
    private static func places(of kind: Kind) -> [Int] {
        switch kind {
        case .addressConnections, .addressHandshakes, .addressLogins: [32_768, 8_192, 2_048]
        case .accountLogins: [32_768, 8_192]
        case .deviceLogins, .accountMessages, .accountBytes, .accountReads, .accountSearches, .roomMessages,
            .roomBytes:
            [16_384, 8_192]
        // Only whoever knows a password gets here.
        case .accountCodes, .deviceCodes: [4_096, 1_024]
        }
    }
}

extension RateLimits {
    func rate(of kind: RateLimiter.Kind) -> Rate {
        switch kind {
        case .addressConnections: connectionsOfAnAddress
        case .addressHandshakes: handshakesOfAnAddress
        case .addressLogins: loginsOfAnAddress
        case .accountLogins: loginsOfAnAccount
        case .deviceLogins: loginsOfADevice
        case .accountCodes: codesOfAnAccount
        case .deviceCodes: codesOfADevice
        case .accountMessages: messagesOfAnAccount
        case .accountBytes: bytesOfAnAccount
        case .accountReads: readsOfAnAccount
        case .accountSearches: searchesOfAnAccount
        case .roomMessages: messagesOfARoom
        case .roomBytes: bytesOfARoom
        }
    }

    func rate(of kind: RateLimiter.ConnectionKind) -> Rate {
        switch kind {
        case .messages: messagesOfAConnection
        case .bytes: bytesOfAConnection
        case .reads: readsOfAConnection
        case .searches: searchesOfAConnection
        }
    }
}
