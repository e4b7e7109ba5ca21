extension Duration {
    private static let units: [Character: Int64] = [
        "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400,
    ]

    /// How people write the forms that `init(typed:)` takes.
    package static let typedForms = "90s, 30m, 12h, 90d, 2w or 1y"

    /// As somebody typed it: a whole number and its unit, with nothing between, less than 2^31 seconds in
    /// all; `nil` for anything else. A year has 365 days.
    package init?(typed text: String) {
        guard let unit = text.last.flatMap({ Self.units[$0] }), text.utf8.count <= 11,
            text.dropLast().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let count = Int64(text.dropLast()), count <= Int64(Int32.max) / unit
        else { return nil }
        self = .seconds(count * unit)
    }
}
