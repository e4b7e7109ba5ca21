/// Lines out of a stream of bytes. A line ends with a line feed, which does not belong to it; the last need
/// not end.
package struct LineSplitter: Sendable {
    private var rest: [UInt8] = []

    package init() {}

    /// The lines that these bytes complete.
    package mutating func split(_ bytes: Span<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\n") {
                lines.append(rest)
                rest = []
            } else {
                rest.append(bytes[index])
            }
        }
        return lines
    }

    /// What stands behind the last line feed; `nil` when nothing does.
    package mutating func finish() -> [UInt8]? {
        defer { rest = [] }
        return rest.isEmpty ? nil : rest
    }
}
