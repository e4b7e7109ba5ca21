package import Native
import Synchronization

/// Counts the accepted connections of all loops, so that the limits hold over the whole server.
///
/// Any loop's thread. An admitted connection is released once, when its channel ends.
package final class ConnectionLedger: Sendable {
    package enum Verdict: Equatable, Sendable {
        case admitted
        case tooMany
        case tooManyFromOneNetwork
        case tooManyUnauthenticated
        /// They come too fast.
        case notAdmitted
    }

    package struct Counts: Equatable, Sendable {
        package var connections = 0
        package var unauthenticated = 0

        package init(connections: Int = 0, unauthenticated: Int = 0) {
            self.connections = connections
            self.unauthenticated = unauthenticated
        }
    }

    private struct State {
        var counts = Counts()
        var byNetwork: [IPAddress: Int] = [:]
    }

    private let limits: LoopLimits
    private let admission: (any Admission)?
    /// Lock tier 8: a leaf, held for a few comparisons.
    private let state = Mutex(State())

    /// - Parameter admission: asked first, for what is counted by time; `nil`: nothing is.
    package init(limits: LoopLimits, admission: (any Admission)? = nil) {
        self.limits = limits
        self.admission = admission
    }

    package func admit(_ address: IPAddress, now: Instant) -> Verdict {
        if let admission, !admission.admitsConnection(from: address, now: now) { return .notAdmitted }
        let limits = limits
        return state.withLock { state in
            if state.counts.connections >= limits.connections { return .tooMany }
            if state.counts.unauthenticated >= limits.unauthenticatedConnections {
                return .tooManyUnauthenticated
            }
            let fromThere = state.byNetwork[address.network, default: 0]
            if fromThere >= limits.connectionsFromOneAddress { return .tooManyFromOneNetwork }
            state.byNetwork[address.network] = fromThere + 1
            state.counts.connections += 1
            state.counts.unauthenticated += 1
            return .admitted
        }
    }

    /// Whether TLS may begin with a connection that was admitted.
    func admitsHandshake(_ address: IPAddress, now: Instant) -> Bool {
        admission?.admitsHandshake(from: address, now: now) ?? true
    }

    package func authenticated() {
        state.withLock { $0.counts.unauthenticated -= 1 }
    }

    package func release(_ address: IPAddress, wasAuthenticated: Bool) {
        state.withLock { state in
            state.counts.connections -= 1
            if !wasAuthenticated { state.counts.unauthenticated -= 1 }
            let left = state.byNetwork[address.network, default: 1] - 1
            state.byNetwork[address.network] = left == 0 ? nil : left
        }
    }

    package var counts: Counts { state.withLock { $0.counts } }
}
