import Glibc

/// The three streams that every process starts with.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

    /// Whether a person is at the other end: progress bars and colours are for people.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// The width of the terminal in characters; nil when it is none, or does not say.
    package var columns: Int? {
        var size = winsize()
        guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
