import Client
import Native

/// How far standard input is read ahead of the server's answers: less than what the client keeps without an
/// acknowledgement, by number and by bytes, so that none of it is refused for want of room.
///
/// The input's thread takes, the command's gives back, for every line.
struct LineCredit: Sendable {
    private static let unit = 4_096
    private static let units = 1_536

    private let semaphore = Native.Semaphore()

    init() { give(Self.units) }

    /// A long line costs more than a short one.
    static func cost(_ line: LineSplitter.Line) -> Int { 1 + TypedInput.line(line).byteCount / unit }

    /// Waits until there is so much.
    func take(_ cost: Int) { for _ in 0..<cost { _ = semaphore.wait() } }

    func give(_ cost: Int) { for _ in 0..<cost { semaphore.signal() } }
}
