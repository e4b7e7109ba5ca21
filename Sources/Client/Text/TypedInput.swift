package import Native

/// What came from outside of a client: a line that a person or a script typed, or that no more will come.
package enum TypedInput: Hashable, Sendable {
    case line(LineSplitter.Line)
    case end
    /// Not the end: what stood behind is not known.
    case unreadable(IOError)

    /// Roughly what it holds in memory.
    package var byteCount: Int {
        if case .line(.whole(let line)) = self { line.count } else { 0 }
    }
}
