/// The client's reading half: bytes in, the server's messages out.
///
/// Owned by one connection; knows no socket. After an error the connection is over.
package struct ServerMessageStream: ~Copyable {
    private var decoder: FrameDecoder
    private var messages: FrameMessages?
    private let maxMessages: Int

    package init(frameLimit: Int, maxMessages: Int) {
        decoder = FrameDecoder(limit: frameLimit)
        self.maxMessages = maxMessages
    }

    package mutating func append(_ bytes: Span<UInt8>) { decoder.append(bytes) }

    /// The next message and the request it answers (0 for none); `nil` when more bytes are needed.
    package mutating func next() throws(FrameError) -> (request: UInt64, message: ServerMessage)? {
        while true {
            if let message = try messages?.next() { return try ServerMessageDecoder.decode(message) }
            guard let payload = try decoder.next() else {
                messages = nil
                return nil
            }
            messages = FrameMessages(payload: payload, maxMessages: maxMessages)
        }
    }
}
