/// Puts encoded messages into frames: as many into each as its limits allow, all of them into one run of
/// bytes, so that what gathered since the last flush is written at once.
///
/// Takes what `ServerMessageEncoder` and `ClientMessageEncoder` make. Owned by one connection; knows no
/// socket.
package struct FrameEncoder: Sendable {
    /// The greatest payload of the frames begun from now on, in bytes.
    package var limit: Int

    private let maxMessages: Int
    private var bytes: [UInt8] = []
    /// Where the open frame's header stands.
    private var header = 0
    private var messages = 0

    package init(limit: Int, maxMessages: Int) {
        precondition(limit > 0 && limit <= Int(UInt32.max) && maxMessages > 0)
        self.limit = limit
        self.maxMessages = maxMessages
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// How many bytes `finish` would answer now.
    package var count: Int { bytes.count }

    /// The message must fit into a frame by itself: whoever encodes messages cuts them to the limits.
    package mutating func append(_ message: [UInt8]) {
        precondition(
            message.count <= limit,
            "a message of \(message.count) bytes does not fit into a frame of \(limit)")
        let payload = bytes.count - header - FrameDecoder.headerBytes
        if bytes.isEmpty || messages == maxMessages || payload + message.count > limit { begin() }
        bytes.append(contentsOf: message)
        messages += 1
    }

    /// The frames of all that was appended since the last time, whole; empty when nothing was.
    package mutating func finish() -> [UInt8] {
        seal()
        let finished = bytes
        bytes = []
        header = 0
        messages = 0
        return finished
    }

    /// One message in a frame of its own.
    package static func frame(of message: [UInt8]) -> [UInt8] {
        var encoder = FrameEncoder(limit: max(message.count, 1), maxMessages: 1)
        encoder.append(message)
        return encoder.finish()
    }

    private mutating func begin() {
        seal()
        header = bytes.count
        messages = 0
        for _ in 0..<FrameDecoder.headerBytes { bytes.append(0) }
    }

    /// Writes the open frame's length into its header.
    private mutating func seal() {
        guard !bytes.isEmpty else { return }
        let length = UInt32(bytes.count - header - FrameDecoder.headerBytes)
        for index in 0..<FrameDecoder.headerBytes {
            bytes[header + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index))
        }
    }
}
