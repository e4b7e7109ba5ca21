import ArgumentParser

/// Durable messages a second: closed loop, every ack checked, nobody follows a room.
struct Intake: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Durable messages a second.")

    @OptionGroup var target: Target
    @Option(help: "Members of a room.") var roomSize = 10
    @Option(help: "Connections that send.") var senders = 200
    @Option(help: "Sends that each has in flight.") var window = 32
    @Option(help: "Seconds of each run.") var seconds = 5.0
    @Option(help: "Runs after the first, which warms up and is not told.") var runs = 2

    func run() throws {
        let crowd = try target.crowd()
        try crowd.connect(target.connections)
        _ = try crowd.perform(.gather(roomSize: roomSize, subscribe: false))
        let measurement = Measurement(
            crowd: crowd, process: target.process, connections: target.connections)
        let order = Order.pour(senders: senders, window: window, seconds: seconds)
        _ = try crowd.perform(.pour(senders: senders, window: window, seconds: min(2, seconds)))
        for _ in 0..<runs {
            var (result, _) = try measurement.measure("intake", order)
            result.roomSize = roomSize
            result.print()
        }
    }
}
