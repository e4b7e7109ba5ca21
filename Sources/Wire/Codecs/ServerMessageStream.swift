/// The client's reading half: bytes in, the server's messages out.
///
/// Owned by one connection; knows no socket. After an error the connection is over.
package struct ServerMessageStream: ~Copyable {
    private var decoder: FrameDecoder
    private var messages: FrameMessages?
    private let maxMessages: Int
    /// Frames that were whole.
    package private(set) var frameCount: UInt64 = 0
    /// Whether a frame has begun that is not whole yet.
    package var isWithinFrame: Bool { decoder.heldBytes > 0 }
    /// The sealed layer of both directions, once `activate` was called.
    package var seal: Seal?

    package init(frameLimit: Int, maxMessages: Int) {
        decoder = FrameDecoder(limit: frameLimit)
        self.maxMessages = maxMessages
    }

    /// The server's hello has been taken: every frame after it is sealed.
    package mutating func activate(_ seal: consuming Seal) {
        self.seal = consume seal
        decoder.limit += SealedFrame.overhead
    }

    /// Whether a change of keys is under way.
    package var isRekeying: Bool {
        switch seal {
        case .some(let seal): seal.isRekeying
        case nil: false
        }
    }

    /// Frames of the busier direction under the keys in use.
    package var framesOfGeneration: UInt64 {
        switch seal {
        case .some(let seal): seal.framesOfGeneration
        case nil: 0
        }
    }

    /// Whether the message that was taken last is the last one of its frame.
    package var isAtEndOfFrame: Bool { messages?.remaining ?? 0 == 0 }

    package mutating func append(_ bytes: Span<UInt8>) { decoder.append(bytes) }

    /// The next message and the request it answers (0 for none); `nil` when more bytes are needed.
    package mutating func next() throws(FrameError) -> (request: UInt64, message: ServerMessage)? {
        while true {
            if let message = try messages?.next() { return try ServerMessageDecoder.decode(message) }
            guard let payload = try decoder.next(opening: &seal) else {
                messages = nil
                return nil
            }
            frameCount += 1
            messages = FrameMessages(payload: payload, maxMessages: maxMessages)
        }
    }
}
