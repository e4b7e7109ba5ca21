/// Puts encoded messages into frames: as many into each as its limits allow, all of them into one run of
/// bytes, so that what gathered since the last flush is written at once.
///
/// Takes what `ServerMessageEncoder` and `ClientMessageEncoder` make, and keeps the messages as they are
/// until the flush: an event that gathers for a thousand connections is in memory once, and is copied only
/// into bytes that the loop has at hand. Owned by one connection; knows no socket.
package struct FrameEncoder: Sendable {
    private struct Frame {
        var messages = 0
        /// In bytes.
        var payload = 0
    }

    /// The greatest payload of the frames begun from now on, in bytes.
    package var limit: Int

    /// How many bytes `finish` would answer now.
    package private(set) var count = 0

    private let maxMessages: Int
    private var messages: [[UInt8]] = []
    /// Those that took all they could.
    private var full: [Frame] = []
    private var open = Frame()

    package init(limit: Int, maxMessages: Int) {
        precondition(limit > 0 && limit <= Int(UInt32.max) && maxMessages > 0)
        self.limit = limit
        self.maxMessages = maxMessages
    }

    package var isEmpty: Bool { messages.isEmpty }

    /// The message must fit into a frame by itself: whoever encodes messages cuts them to the limits.
    package mutating func append(_ message: [UInt8]) {
        precondition(
            message.count <= limit,
            "a message of \(message.count) bytes does not fit into a frame of \(limit)")
        if open.messages == maxMessages || (open.messages > 0 && open.payload + message.count > limit) {
            full.append(open)
            open = Frame()
        }
        if open.messages == 0 { count += FrameDecoder.headerBytes }
        open.messages += 1
        open.payload += message.count
        count += message.count
        messages.append(message)
    }

    /// The frames of all that was appended since the last time, whole; empty when nothing was.
    package mutating func finish() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        finish(into: &bytes)
        return bytes
    }

    /// As `finish`, behind what is there already. So many zeros follow each payload, and its header counts
    /// them: the place of what sealing adds.
    package mutating func finish(into bytes: inout [UInt8], spare: Int = 0) {
        guard !messages.isEmpty else { return }
        var next = 0
        for frame in full {
            write(frame, messages[next..<next + frame.messages], into: &bytes, spare)
            next += frame.messages
        }
        write(open, messages[next...], into: &bytes, spare)
        messages = []
        full = []
        open = Frame()
        count = 0
    }

    /// Where there is a seal, the frames leave sealed.
    package mutating func finish(sealing seal: inout Seal?, into bytes: inout [UInt8]) {
        if seal == nil { finish(into: &bytes) } else { seal?.seal(&self, into: &bytes) }
    }

    /// One message in a frame of its own.
    package static func frame(of message: [UInt8]) -> [UInt8] {
        var encoder = FrameEncoder(of: message)
        return encoder.finish()
    }

    /// With one message, in a frame that takes no other.
    package init(of message: [UInt8]) {
        self.init(limit: max(message.count, 1), maxMessages: 1)
        append(message)
    }

    private func write(
        _ frame: Frame, _ messages: ArraySlice<[UInt8]>, into bytes: inout [UInt8], _ spare: Int
    ) {
        let length = UInt32(frame.payload + spare)
        for index in 0..<FrameDecoder.headerBytes {
            bytes.append(UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)))
        }
        for message in messages { bytes.append(contentsOf: message) }
        bytes.append(contentsOf: repeatElement(0, count: spare))
    }
}
