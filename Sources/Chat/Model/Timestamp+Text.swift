extension Timestamp {
    /// RFC 3339, in UTC with milliseconds: `2026-11-22T21:05:36.123Z`. Years 0000 to 9999; beyond, the year
    /// has more digits or a sign.
    package var text: String {
        let parts = civil
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year =
            parts.year >= 0 && parts.year < 1_000 ? String("000\(parts.year)".suffix(4)) : "\(parts.year)"
        let fraction = String("00\(parts.millisecond)".suffix(3))
        return "\(year)-\(two(parts.month))-\(two(parts.day))T\(two(parts.hour)):\(two(parts.minute))"
            + ":\(two(parts.second)).\(fraction)Z"
    }

    /// The day alone: `2026-11-22`.
    package var date: String { String(text.prefix { $0 != "T" }) }

    /// As `text` without what stands between its numbers but the point: `20261122T210536.123Z`. `nil` for
    /// anything else, and for a moment that there is not.
    package init?(compactText text: some StringProtocol) {
        let digits = text.utf8.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.map {
            Int64($0 - UInt8(ascii: "0"))
        }
        guard digits.count == 17 else { return nil }
        func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        // Years begin on the first of March, as in `civil`.
        let (shifted, fromMarch) = (month > 2 ? year : year - 1, (month + 9) % 12)
        let (era, yearOfEra) = (shifted / 400, shifted % 400)
        let dayOfEra =
            yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + (153 * fromMarch + 2) / 5 + day - 1
        let seconds = number(8..<10) * 3_600 + number(10..<12) * 60 + number(12..<14)
        let days = era * 146_097 + dayOfEra - 719_468
        self.init(milliseconds: (days * 86_400 + seconds) * 1_000 + number(14..<17))
        guard self.text.filter({ $0 != "-" && $0 != ":" }) == text else { return nil }
    }

    private struct Civil {
        let year, month, day, hour, minute, second, millisecond: Int64
    }

    /// Days to a date of the proleptic Gregorian calendar, by eras of 400 years that begin on the first of
    /// March.
    private var civil: Civil {
        func floored(_ number: Int64, by divisor: Int64) -> (quotient: Int64, rest: Int64) {
            let rest = number % divisor
            return rest < 0 ? (number / divisor - 1, rest + divisor) : (number / divisor, rest)
        }
        let (days, rest) = floored(milliseconds, by: 86_400_000)
        // Day 0 of the first era is 0000-03-01, which lies 719,468 days before 1970-01-01.
        let (era, dayOfEra) = floored(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return Civil(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: rest / 3_600_000,
            minute: rest / 60_000 % 60, second: rest / 1_000 % 60, millisecond: rest % 1_000)
    }
}
