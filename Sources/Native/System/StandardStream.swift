import Glibc

/// The three streams that every process starts with.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

    /// Opens /dev/null for those that the parent closed, first thing in a process: otherwise the next file or
    /// socket gets their number, and what is written to standard error goes into it.
    package static func openMissing() {
        for number in Int32(0)...2 where fcntl(number, F_GETFD) == -1 {
            // The lowest free number is the one that is missing.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Whether a person is at the other end: progress bars and colours are for people.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// The width of the terminal in characters; nil when it is none, or does not say.
    package var columns: Int? {
        var size = winsize()
        guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
