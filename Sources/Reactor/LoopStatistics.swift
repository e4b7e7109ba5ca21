import Synchronization

/// What a loop has done since its start.
///
/// Written by the loop's thread only, read by any: each counter stands alone, so relaxed ordering is enough.
package final class LoopStatistics: Sendable {
    package enum Counter: Int, CaseIterable, Sendable {
        case turns, accepted, refusedAtAccept, acceptBackOffs, handshakesFailed, handshakesRefused
        case reads, bytesRead, writes, bytesWritten
        case letterBatches, letters, staleEvents, slowReaders, channels
    }

    private let turns = Atomic(0), accepted = Atomic(0), refusedAtAccept = Atomic(0),
        acceptBackOffs = Atomic(0)
    private let handshakesRefused = Atomic(0)
    private let handshakesFailed = Atomic(0), reads = Atomic(0), bytesRead = Atomic(0), writes = Atomic(0)
    private let bytesWritten = Atomic(0), letterBatches = Atomic(0), letters = Atomic(0),
        staleEvents = Atomic(0)
    private let slowReaders = Atomic(0), channels = Atomic(0)

    package init() {}

    package subscript(counter: Counter) -> Int { withCell(counter) { $0.load(ordering: .relaxed) } }

    /// Loop thread only: there is one writer, so load and store need not be one step.
    func add(_ amount: Int, to counter: Counter) {
        withCell(counter) { $0.store($0.load(ordering: .relaxed) + amount, ordering: .relaxed) }
    }

    private func withCell<Value>(_ counter: Counter, _ body: (borrowing Atomic<Int>) -> Value) -> Value {
        switch counter {
        case .turns: body(turns)
        case .accepted: body(accepted)
        case .refusedAtAccept: body(refusedAtAccept)
        case .acceptBackOffs: body(acceptBackOffs)
        case .handshakesFailed: body(handshakesFailed)
        case .handshakesRefused: body(handshakesRefused)
        case .reads: body(reads)
        case .bytesRead: body(bytesRead)
        case .writes: body(writes)
        case .bytesWritten: body(bytesWritten)
        case .letterBatches: body(letterBatches)
        case .letters: body(letters)
        case .staleEvents: body(staleEvents)
        case .slowReaders: body(slowReaders)
        case .channels: body(channels)
        }
    }
}
