import Native

/// Says now and then how far the copying has come, so that nobody takes a long one for one that hangs. One
/// thread's.
struct UpgradeProgress {
    private static let interval = Duration.seconds(5)

    private let report: (String) -> Void
    private var last = MonotonicClock.now()

    init(_ report: @escaping (String) -> Void) { self.report = report }

    /// In bytes.
    mutating func note(done: Int, all: Int) {
        let now = MonotonicClock.now()
        guard now - last >= Self.interval else { return }
        last = now
        report("the snapshot: \(done >> 20) of \(all >> 20) MiB")
    }
}
