import Chat
package import Wire

/// What a server did that ends a session from this side.
package enum SessionFault: Error, Hashable, Sendable, CustomStringConvertible {
    case frame(FrameError)
    /// A message that had no place there.
    case unexpected
    case hello(HelloError)

    /// In plain words, with the code in parentheses (docs/protocol.md, "Codes").
    package var description: String {
        switch self {
        case .frame(let error): "a frame is wrong: \(error.words)"
        case .unexpected: "a message came that had no place there (message_unexpected)"
        case .hello(let error): "the server's proof is wrong: \(error.words)"
        }
    }
}
