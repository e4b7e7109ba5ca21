/// Lines out of a stream of bytes. A line ends with a line feed, or a carriage return and a line feed, which
/// do not belong to it; the last need not end. A line that is longer than the limit is passed over, and said
/// to have been there.
package struct LineSplitter: Sendable {
    package enum Line: Hashable, Sendable {
        case whole([UInt8])
        case tooLong
    }

    private let limit: Int
    private var rest: [UInt8] = []
    private var isTooLong = false

    /// - Parameter limit: the longest line, in bytes.
    package init(limit: Int) { self.limit = limit }

    /// The lines that these bytes complete.
    package mutating func split(_ bytes: Span<UInt8>) -> [Line] {
        var lines: [Line] = []
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\n") {
                lines.append(takeLine())
            } else if !isTooLong {
                append(bytes[index])
            }
        }
        return lines
    }

    /// What stands behind the last line feed; `nil` when nothing does.
    package mutating func finish() -> Line? { rest.isEmpty && !isTooLong ? nil : takeLine() }

    private mutating func append(_ byte: UInt8) {
        rest.append(byte)
        // One more than a line may have: the last may be its end's carriage return.
        guard rest.count > limit + 1 else { return }
        isTooLong = true
        rest = []
    }

    private mutating func takeLine() -> Line {
        defer {
            rest = []
            isTooLong = false
        }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return isTooLong || rest.count > limit ? .tooLong : .whole(rest)
    }
}
