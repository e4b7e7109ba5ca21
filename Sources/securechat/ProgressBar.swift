import Native

/// How far something has come, for a person at a terminal; nobody else is told.
struct ProgressBar {
    private static let cells = 40

    private let isShown = StandardStream.error.isTerminal
    private var isThere = false

    mutating func show(done: Int, all: Int) {
        guard isShown, all > 0 else { return }
        isThere = true
        let full = min(Self.cells, done * Self.cells / all)
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.cells - full)
        standardError("\r\(bar) \(min(100, done * 100 / all)) %")
    }

    /// Takes it away.
    mutating func end() {
        if isThere { standardError("\r\u{1b}[K") }
        isThere = false
    }
}
