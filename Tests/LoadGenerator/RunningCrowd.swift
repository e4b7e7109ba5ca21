import Native
import Reactor

/// The crowd on its thread, as the commands use it: an order, and what it came to.
struct RunningCrowd {
    private let desk = CrowdDesk()
    private let loop: EventLoop<Crowd>

    init(_ plan: Crowd.Plan) throws {
        try CurrentProcess.raiseDescriptorLimit()
        let loop = try EventLoop<Crowd>()
        self.loop = loop
        let desk = desk
        // Never joined: the process ends with the measurement.
        _ = try Thread.start(name: "crowd") {
            do throws(IOError) {
                try loop.run { context in Crowd(context, plan: plan, desk: desk) }
            } catch {
                var outcome = Outcome()
                outcome.failure = "the loop ended: \(error)"
                desk.report(outcome)
            }
        }
    }

    func perform(_ order: Order) throws -> Outcome {
        let outcome = desk.order(order, loop)
        if let failure = outcome.failure { throw LoadError(failure) }
        return outcome
    }

    /// Connects in groups, and says how far it is.
    func connect(_ count: Int) throws {
        _ = try perform(.connect(count))
    }
}
