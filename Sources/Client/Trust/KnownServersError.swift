/// A line of the file of pins that is not understood.
package struct KnownServersError: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String
    /// The first is 1.
    package let line: Int
    package let reason: String

    package var description: String {
        "\(path), line \(line): \(reason). It may be the pin of the server that you want to reach: "
            + "mend the line, or begin it with #"
    }
}
