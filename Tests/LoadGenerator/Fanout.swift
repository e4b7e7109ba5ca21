import ArgumentParser

/// Deliveries a second and their latency, at given rates or at the highest that is still good.
struct Fanout: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deliveries a second and latencies, from the moment each message was due.")

    @OptionGroup var target: Target
    @Option(help: "Members of a room, all of whom follow it.") var roomSize = 100
    @Option(help: "Messages a second in all. May be given several times.") var rate: [Double] = []
    @Option(help: "Closed loop: so many sends in flight in all, each of another sender.") var inFlight: Int?
    @Option(help: "Seconds of each step.") var seconds = 3.0
    @Flag(help: "Raise the rate until it fails, then bisect to 5 percent.") var max = false
    @Option(help: "The 99th percentile, in milliseconds, above which a rate fails.") var limit = 50.0

    func run() throws {
        let crowd = try target.crowd()
        try crowd.connect(target.connections)
        progress("fanout: \(target.connections) are logged in")
        _ = try crowd.perform(.gather(roomSize: roomSize, subscribe: true))
        progress("fanout: rooms of \(roomSize)")
        let measurement = Measurement(
            crowd: crowd, process: target.process, connections: target.connections)
        for rate in rate { _ = try step(measurement, rate, mode: "fanout").result.print() }
        if let inFlight { try pour(measurement, inFlight) }
        if max { try search(measurement) }
    }

    private func step(
        _ measurement: Measurement, _ rate: Double, mode: String
    ) throws -> (result: Result, isGood: Bool) {
        var (result, outcome) = try measurement.measure(mode, .send(rate: rate, seconds: seconds))
        result.roomSize = roomSize
        result.rate = rate
        let p99 = outcome.delivery?.p99 ?? .infinity
        let isGood = outcome.isFaultless && p99 < limit
        progress(
            "rooms of \(roomSize), \(Int(rate * Double(roomSize))) deliveries/s: p99 \(p99) ms, "
                + (outcome.isFaultless ? "all there" : "lost \(outcome.lost), refused \(outcome.refused)"))
        return (result, isGood)
    }

    /// As fast as server and generator go together; a first run warms up and is not told.
    private func pour(_ measurement: Measurement, _ inFlight: Int) throws {
        let order = { Order.pour(senders: inFlight, window: 1, seconds: $0) }
        _ = try measurement.crowd.perform(order(1))
        var (result, _) = try measurement.measure("pour", order(seconds))
        result.roomSize = roomSize
        result.print()
    }

    /// A rate is tried again before it counts as failed: one disturbance is not the server's limit.
    private func holds(_ measurement: Measurement, _ rate: Double) throws -> Result? {
        for _ in 0..<2 {
            let (result, isGood) = try step(measurement, rate, mode: "max")
            if isGood { return result }
        }
        return nil
    }

    private func search(_ measurement: Measurement) throws {
        var low = 5_000 / Double(roomSize)
        var best = try holds(measurement, low)
        // A percentile of fewer messages than these says nothing.
        while best == nil, low * seconds > 10 {
            low /= 2
            best = try holds(measurement, low)
        }
        guard best != nil else { return progress("rooms of \(roomSize): no rate holds") }
        var high = low * 1.5
        while let result = try holds(measurement, high) {
            best = result
            low = high
            high *= 1.5
        }
        while high / low > 1.05 {
            let middle = (low + high) / 2
            if let result = try holds(measurement, middle) {
                best = result
                low = middle
            } else {
                high = middle
            }
        }
        best?.print()
    }
}
