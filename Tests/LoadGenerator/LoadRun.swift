import Native

/// One measurement while it runs. The generator's loop only.
final class LoadRun {
    enum Pace {
        /// Message k is due at the start + k / rate.
        case open(rate: Double)
        case closed(senders: Int, window: Int)
    }

    let pace: Pace
    let seconds: Double
    /// In every stamp of this run.
    let seed: UInt32
    var outcome = Outcome()
    var delivery = Latency()
    var ack = Latency()
    var start = Instant(nanoseconds: 0)
    /// Request of the first send; the others follow.
    var firstRequest: UInt64 = 0
    /// When each send was due, by its place; 0 once it was acknowledged.
    var dues: [Int64] = []
    /// When something last arrived.
    var lastArrival = Instant(nanoseconds: 0)
    var hasStopped = false

    init(rate: Double, seconds: Double, seed: UInt32) {
        pace = .open(rate: rate)
        self.seconds = seconds
        self.seed = seed
    }

    init(senders: Int, window: Int, seconds: Double, seed: UInt32) {
        pace = .closed(senders: senders, window: window)
        self.seconds = seconds
        self.seed = seed
    }

    var end: Instant { start + .nanoseconds(Int64(seconds * 1e9)) }

    /// How many messages an open loop sends.
    var total: Int {
        switch pace {
        case .open(let rate): Int(rate * seconds)
        case .closed: Int.max
        }
    }

    func due(_ place: Int) -> Instant {
        switch pace {
        case .open(let rate): start + .nanoseconds(Int64(Double(place) / rate * 1e9))
        case .closed: start
        }
    }
}
