import Chat

/// How far this machine's clock and the server's differ, in words.
package enum ClockOffset {
    /// Less is nobody's business: the hello's own way counts as well.
    package static let bound = Duration.seconds(30)

    /// `nil` within the bound. `lead`: how far the server's clock is ahead.
    package static func warning(lead: Duration) -> String? {
        let isBehind = lead > .zero
        let size = isBehind ? lead : .zero - lead
        guard size > bound else { return nil }
        return "this machine's clock is \(words(size)) \(isBehind ? "behind" : "ahead of") the server's"
    }

    /// `2 days 3 hours`, `1 minute 5 seconds`: the two greatest units.
    package static func words(_ duration: Duration) -> String {
        var rest = duration.components.seconds
        var parts: [String] = []
        for (name, size) in [("day", Int64(86_400)), ("hour", 3_600), ("minute", 60), ("second", 1)] {
            let count = rest / size
            rest %= size
            if count > 0 { parts.append("\(count) \(name)\(count == 1 ? "" : "s")") }
        }
        return parts.isEmpty ? "0 seconds" : parts.prefix(2).joined(separator: " ")
    }
}
