/// What is wrong with the bytes of a frame. The peer's fault: the connection is over.
package enum FrameError: Error, Hashable, Sendable {
    /// The header announces more than the limit in force.
    case tooLarge(length: Int, limit: Int)
    /// A frame of no bytes carries no message.
    case empty
    /// The payload is no sequence of messages.
    case malformed
    case tooManyMessages(limit: Int)
    /// Not what the peer sealed, or not in its place: one answer for every reason.
    case sealBroken
}
