import Wire

/// The frame decoder, fed in pieces, against a reading of the whole at once that is too simple to be wrong.
enum FrameFuzzing {
    /// The first byte says how large the pieces are, the second the limit; the rest is the stream.
    static func run(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let (piece, limit) = (Int(bytes[0] & 63) + 1, Int(bytes[1]) * 3 + 1)
        let stream = Array(bytes[2...])
        let expected = simple(stream, limit: limit)
        var decoder = FrameDecoder(limit: limit)
        var found: [[UInt8]] = []
        var failure: FrameError?
        var fed = 0
        while fed < stream.count {
            let end = min(fed + piece, stream.count)
            decoder.append(Array(stream[fed..<end]).span)
            fed = end
            precondition(
                decoder.heldBytes <= limit + FrameDecoder.headerBytes + piece, "more is held than a frame")
            do throws(FrameError) {
                while let payload = try decoder.next() { found.append(payload) }
            } catch {
                precondition(failure == nil || failure == error, "one error, and for ever")
                failure = error
                precondition(decoder.heldBytes == 0, "bytes are kept after an error")
            }
        }
        precondition(found == expected.payloads, "pieces give other frames than the whole")
        precondition(failure == expected.failure, "pieces give another error than the whole")
        for payload in found { walk(payload) }
    }

    private static func simple(_ stream: [UInt8], limit: Int) -> (payloads: [[UInt8]], failure: FrameError?) {
        var payloads: [[UInt8]] = []
        var rest = stream[...]
        while rest.count >= 4 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            if length > limit { return (payloads, .tooLarge(length: length, limit: limit)) }
            if length == 0 { return (payloads, .empty) }
            guard rest.count >= 4 + length else { break }
            payloads.append(Array(rest.dropFirst(4).prefix(length)))
            rest = rest.dropFirst(4 + length)
        }
        return (payloads, nil)
    }

    /// Messages put back into frames are cut out the same again.
    private static func walk(_ payload: [UInt8]) {
        var messages = FrameMessages(payload: payload, maxMessages: 8)
        var count = 0
        while let message = try? messages.next() {
            precondition(message.count <= payload.count)
            count += 1
        }
        precondition(count <= 8, "more messages than allowed")
    }
}
