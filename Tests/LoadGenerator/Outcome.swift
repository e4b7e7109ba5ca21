/// What one order to the crowd came to.
struct Outcome: Sendable {
    /// Why it could not be carried out; nothing else counts then.
    var failure: String?
    /// Seconds from the first message due to the last delivery or ack.
    var seconds = 0.0
    var sent = 0
    var acknowledged = 0
    var refused = 0
    /// Acks that belong to no send, come twice or name a place of somebody else's.
    var wrongAcks = 0
    var expectedDeliveries = 0
    var deliveries = 0
    var lost = 0
    var duplicates = 0
    var delivery: LatencySummary?
    var ack: LatencySummary?

    var isFaultless: Bool {
        failure == nil && refused == 0 && wrongAcks == 0 && lost == 0 && duplicates == 0
            && sent == acknowledged && deliveries == expectedDeliveries
    }
}

/// Why there is no measurement.
struct LoadError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
