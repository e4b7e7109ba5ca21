/// Runs in words.
enum Report {
    static func text(of outcome: Simulation.Outcome) -> String {
        let verdict = outcome.violation.map { "VIOLATION after step \(outcome.steps): \($0)" } ?? "ok"
        return """
            seed \(outcome.seed): \(verdict)
              \(outcome.steps) steps, \(outcome.events) events, \(outcome.acks) acks, \
            \(outcome.deliveries) deliveries, \
            \(outcome.restarts) restarts, digest \(String(outcome.digest, radix: 16))
              struck: \(text(of: outcome.struck))
            """
    }

    static func text(of struck: [Fault: Int]) -> String {
        Fault.allCases.compactMap { fault in struck[fault].map { "\(fault.rawValue) \($0)" } }
            .joined(separator: ", ")
    }
}
