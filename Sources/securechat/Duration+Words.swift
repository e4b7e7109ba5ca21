extension Duration {
    /// `1 hour`, `90 minutes`: whole seconds, in the greatest unit that divides them. Days only from two on.
    var words: String {
        let seconds = components.seconds
        let units: [(name: String, seconds: Int64, from: Int64)] = [
            ("day", 86_400, 2 * 86_400), ("hour", 3_600, 3_600), ("minute", 60, 60),
        ]
        let unit = units.first { seconds >= $0.from && seconds % $0.seconds == 0 }
        let count = seconds / (unit?.seconds ?? 1)
        return "\(count) \(unit?.name ?? "second")\(count == 1 ? "" : "s")"
    }
}
