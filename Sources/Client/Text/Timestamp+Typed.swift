package import Chat
import Native

extension Timestamp {
    /// How people write the forms that `init(typed:now:)` takes.
    package static let typedForms =
        "a day (2026-11-29, in local time), a moment (2026-11-29T21:05:00Z), or how long ago (7d)"

    /// As somebody typed it; `nil` for anything else, and for a moment that there is not.
    package init?(typed text: String, now: Timestamp) {
        if let ago = Duration(typed: text) {
            self = now.advanced(by: .zero - ago)
            return
        }
        let compact = text.filter { $0 != "-" && $0 != ":" }
        let isDay = text.utf8.count == 10 && text.utf8.filter { $0 == UInt8(ascii: "-") }.count == 2
        if isDay, let midnight = Timestamp(compactText: compact + "T000000.000Z") {
            let offset = WallClock.localOffset(atMilliseconds: midnight.milliseconds)
            self = midnight.advanced(by: .zero - offset)
            return
        }
        let hasFraction = compact.contains(".")
        guard text.hasSuffix("Z"),
            let moment = Timestamp(compactText: hasFraction ? compact : compact.dropLast() + ".000Z")
        else { return nil }
        self = moment
    }
}
