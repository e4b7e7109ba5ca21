import Foundation
import Native

/// Takes what the machine says before and after one order, and makes a result of it.
struct Measurement {
    let crowd: RunningCrowd
    let process: Int32
    let connections: Int

    func measure(_ mode: String, _ order: Order) throws -> (result: Result, outcome: Outcome) {
        let (before, own, clock) = sample()
        let outcome = try crowd.perform(order)
        let (after, ownAfter, clockAfter) = sample()
        let seconds = Double((clockAfter - clock).wholeNanoseconds) / 1e9
        var result = Result(mode: mode, connections: connections)
        let server = after.processor - before.processor
        let generator = ownAfter - own
        result.serverSeconds = rounded(server)
        result.serverPercent = rounded(server / seconds * 100)
        result.generatorPercent = rounded(generator / seconds * 100)
        result.otherPercent = rounded(
            max(0, after.machineBusy - before.machineBusy - server - generator) / seconds * 100)
        result.load = after.load
        result.residentKiB = after.resident
        result.faultless = outcome.isFaultless
        result.lost = outcome.lost
        result.duplicates = outcome.duplicates
        result.refused = outcome.refused
        result.wrongAcks = outcome.wrongAcks
        result.delivery = outcome.delivery
        result.ack = outcome.ack
        result.messagesPerSecond = rounded(Double(outcome.acknowledged) / outcome.seconds)
        if outcome.deliveries > 0 {
            result.deliveriesPerSecond = rounded(Double(outcome.deliveries) / outcome.seconds)
            result.serverSecondsPer100k = rounded(server / Double(outcome.deliveries) * 100_000)
        }
        return (result, outcome)
    }

    private func sample() -> (server: ProcessSample, own: Double, clock: Instant) {
        (
            ProcessSample(process: process), ProcessSample.processorTime(of: CurrentProcess.number),
            MonotonicClock.now()
        )
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
