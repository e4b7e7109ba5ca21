import Testing

@testable import Server

@Suite struct MemoryMarksTests {
    @Test func eachStepBeginsAtItsMarkAndEndsBelowIt() {
        let marks = MemoryMarks(limit: 1_000)
        let way: [(used: Int, step: MemoryStep)] = [
            (0, .relaxed), (799, .relaxed), (800, .shrinking), (760, .shrinking), (749, .relaxed),
            (870, .refusing), (830, .refusing), (819, .shrinking), (930, .shedding), (881, .shedding),
            (879, .refusing), (1_500, .shedding), (100, .relaxed), (999, .shedding), (825, .refusing),
            (760, .shrinking), (740, .relaxed),
        ]
        var step = MemoryStep.relaxed
        for here in way {
            step = marks.step(after: step, used: here.used)
            #expect(step == here.step, "at \(here.used)")
        }
    }

    @Test func whatStaysAsItIsKeepsItsStep() {
        let marks = MemoryMarks(limit: 10_000)
        for last in MemoryStep.allCases {
            for used in stride(from: 0, through: 12_000, by: 100) {
                let step = marks.step(after: last, used: used)
                #expect(marks.step(after: step, used: used) == step, "\(used) after \(last)")
            }
        }
    }

    /// More is never answered by less.
    @Test func theStepGrowsWithWhatIsUsed() {
        let marks = MemoryMarks(limit: 10_000)
        for last in MemoryStep.allCases {
            let steps = stride(from: 0, through: 12_000, by: 100).map { marks.step(after: last, used: $0) }
            #expect(steps == steps.sorted())
        }
    }

    @Test func theExcessLeadsOutOfTheLastStep() {
        let marks = MemoryMarks(limit: 10_000)
        for used in [9_300, 9_999, 15_000] {
            #expect(marks.step(after: .shedding, used: used - marks.excess(used) - 1) < .shedding)
        }
        #expect(marks.excess(5_000) == 0)
    }

    @Test func theLimitIsTheOperatorsOrAShareOfWhatThereIs() {
        #expect(MemoryMarks(megabytes: 512, ceiling: 1 << 33, sharePercent: 60).limit == 512 << 20)
        #expect(MemoryMarks(megabytes: 0, ceiling: 1_000_000, sharePercent: 60).limit == 600_000)
        #expect(MemoryMarks(limit: 0).step(after: .shedding, used: .max) == .relaxed)
    }

    @Test func pressureTellsEachChangeOnce() {
        let pressure = MemoryPressure(MemoryMarks(limit: 1_000))
        #expect(
            [100, 850, 860, 950, 951, 100].map { pressure.note(used: $0) } == [
                false, true, false, true, false, true,
            ])
        #expect(pressure.sight == MemoryPressure.Sight(step: .relaxed, used: 100, limit: 1_000))
    }
}
