import ArgumentParser

/// A time as people write it: `30m`, `12h`, `90d`. Whole seconds, minutes, hours, days or weeks.
struct DurationArgument: ExpressibleByArgument, Hashable {
    static let demand = "a time is a number and one of s, m, h, d, w"
    private static let units: [Character: Int] = [
        "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400,
    ]

    let seconds: Int

    init?(argument: String) {
        let digits = argument.dropLast()
        guard let unit = argument.last.flatMap({ Self.units[$0] }), !digits.isEmpty,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int(digits)
        else { return nil }
        let (seconds, isTooLong) = count.multipliedReportingOverflow(by: unit)
        guard !isTooLong else { return nil }
        self.seconds = seconds
    }
}
