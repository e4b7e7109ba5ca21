import Glibc

/// Runs of the whole chat, in one thread, from a seed: `--seed N` repeats one exactly.
@main
enum Simulator {
    private static let usage = """
        Simulator [--seed N | --seeds A...B] [--steps N] [--bug NAME]   one run, or some
        Simulator --ci                                                  what continuous integration runs
        Simulator --list-bugs                                           what can be planted
        """

    private struct Options {
        var seeds: ClosedRange<UInt64> = 1...1
        var steps = 2_000
        var bug: PlantedBug?
        var isContinuousIntegration = false
        var listsBugs = false

        /// `nil` when these arguments are none.
        init?(_ arguments: [String]) {
            var rest = arguments[...]
            while let option = rest.popFirst() {
                switch option {
                case "--ci": isContinuousIntegration = true
                case "--list-bugs": listsBugs = true
                case "--seed":
                    guard let seed = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
                    seeds = seed...seed
                case "--seeds":
                    let ends = (rest.popFirst() ?? "").split(separator: ".").compactMap { UInt64($0) }
                    guard ends.count == 2, ends[0] <= ends[1] else { return nil }
                    seeds = ends[0]...ends[1]
                case "--steps":
                    guard let count = rest.popFirst().flatMap({ Int($0) }), count > 0 else { return nil }
                    steps = count
                case "--bug":
                    guard let name = rest.popFirst().flatMap({ PlantedBug(rawValue: $0) }) else { return nil }
                    bug = name
                default: return nil
                }
            }
        }
    }

    static func main() {
        guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
            print(usage)
            exit(2)
        }
        if options.listsBugs {
            for bug in PlantedBug.allCases { print("\(bug.rawValue): \(bug.meaning)") }
            return
        }
        if options.isContinuousIntegration {
            exit(ContinuousIntegration().run() ? 0 : 1)
        }
        var isGood = true
        for seed in options.seeds {
            let outcome = Simulation(seed: seed, bug: options.bug).run(steps: options.steps)
            print(Report.text(of: outcome))
            if outcome.violation != nil { isGood = false }
        }
        exit(isGood ? 0 : 1)
    }
}
