/// Two hundred seeds, and every planted bug: what must hold before a change is taken.
struct ContinuousIntegration {
    static let seeds: ClosedRange<UInt64> = 1...200
    static let steps = 2_500
    /// Within so many seeds each planted bug must be noticed.
    static let seedsOfABug: ClosedRange<UInt64> = 1...50

    /// Prints a summary whose last line is "N passed, N failed"; true when all passed.
    func run() -> Bool {
        var (passed, failed) = (0, 0)
        var struck: [Fault: Int] = [:]
        var (steps, events, acks, deliveries, restarts) = (0, 0, 0, 0, 0)
        for seed in Self.seeds {
            let outcome = Simulation(seed: seed).run(steps: Self.steps)
            struck.merge(outcome.struck, uniquingKeysWith: +)
            steps += outcome.steps
            events += outcome.events
            acks += outcome.acks
            deliveries += outcome.deliveries
            restarts += outcome.restarts
            if outcome.violation == nil {
                passed += 1
            } else {
                failed += 1
                print(Report.text(of: outcome))
            }
        }
        print(
            "seeds \(Self.seeds): \(steps) steps, \(events) events, \(acks) acks, "
                + "\(deliveries) deliveries, \(restarts) restarts"
        )
        print("struck: \(Report.text(of: struck))")
        for fault in Fault.allCases where struck[fault] == nil {
            failed += 1
            print("never struck: \(fault.rawValue)")
        }
        let first = Simulation(seed: Self.seeds.lowerBound).run(steps: Self.steps)
        let again = Simulation(seed: Self.seeds.lowerBound).run(steps: Self.steps)
        if first.digest == again.digest { passed += 1 } else { failed += 1 }
        print("the same seed twice: \(first.digest == again.digest ? "the same run" : "ANOTHER RUN")")
        for bug in PlantedBug.allCases {
            if catches(bug) { passed += 1 } else { failed += 1 }
        }
        print("\(passed) passed, \(failed) failed")
        return failed == 0
    }

    private func catches(_ bug: PlantedBug) -> Bool {
        for seed in Self.seedsOfABug {
            let outcome = Simulation(seed: seed, bug: bug).run(steps: Self.steps)
            guard let violation = outcome.violation else { continue }
            print("\(bug.rawValue): caught by seed \(seed) after \(outcome.steps) steps; \(violation)")
            return true
        }
        print("\(bug.rawValue): NOT CAUGHT within \(Self.seedsOfABug.count) seeds")
        return false
    }
}
