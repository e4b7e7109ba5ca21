/// Bytes of a stream in, the payloads of frames out. A frame is four bytes of length, most significant first,
/// and as many bytes of payload (docs/protocol.md, "Frames").
///
/// A length above the limit is refused when its four bytes are there, before anything behind them is kept; of
/// half a frame only what arrived is kept. After an error the decoder takes nothing more. Knows no socket.
package struct FrameDecoder: ~Copyable {
    package static let headerBytes = 4

    /// The greatest payload from now on, in bytes.
    package var limit: Int

    private var held: [UInt8] = []
    /// Where in `held` the next frame begins: what is before it was handed out.
    private var start = 0
    private var failure: FrameError?

    package init(limit: Int) {
        precondition(limit > 0 && limit <= Int(UInt32.max), "a frame's length is a UInt32")
        self.limit = limit
    }

    /// Bytes kept: those of frames not yet asked for, and of the incomplete one.
    package var heldBytes: Int { held.count - start }

    package mutating func append(_ bytes: Span<UInt8>) {
        guard failure == nil, !bytes.isEmpty else { return }
        dropHandedOut()
        let header = min(max(Self.headerBytes - held.count, 0), bytes.count)
        held.append(copying: bytes, 0..<header)
        if let error = refusalOfLength() { return fail(error) }
        held.append(copying: bytes, header..<bytes.count)
    }

    /// The next complete payload; `nil` when more bytes are needed.
    package mutating func next() throws(FrameError) -> [UInt8]? {
        guard let place = try nextPlace() else { return nil }
        let payload = Array(held[place])
        handOut(place)
        return payload
    }

    /// As `next`; where there is a seal, the payload is what it opens.
    package mutating func next(opening seal: inout Seal?) throws(FrameError) -> [UInt8]? {
        guard seal != nil else { return try next() }
        guard let place = try nextPlace() else { return nil }
        do throws(FrameError) {
            let payload = try seal?.open(held.span.extracting(place))
            handOut(place)
            return payload
        } catch {
            fail(error)
            throw error
        }
    }

    /// Where the next complete payload stands.
    private mutating func nextPlace() throws(FrameError) -> Range<Int>? {
        if let failure { throw failure }
        if let error = refusalOfLength() {
            fail(error)
            throw error
        }
        guard let length = announcedLength, heldBytes >= Self.headerBytes + length else { return nil }
        let first = start + Self.headerBytes
        return first..<first + length
    }

    private mutating func handOut(_ place: Range<Int>) {
        start = place.upperBound
        // An idle connection keeps no buffer.
        if start == held.count { release() }
    }

    /// What the header at hand announces; `nil` while it is incomplete.
    private var announcedLength: Int? {
        guard heldBytes >= Self.headerBytes else { return nil }
        return Int(held[start]) << 24 | Int(held[start + 1]) << 16 | Int(held[start + 2]) << 8
            | Int(held[start + 3])
    }

    private func refusalOfLength() -> FrameError? {
        guard let length = announcedLength else { return nil }
        if length > limit { return .tooLarge(length: length, limit: limit) }
        return length == 0 ? .empty : nil
    }

    private mutating func fail(_ error: FrameError) {
        failure = error
        release()
    }

    private mutating func release() {
        held = []
        start = 0
    }

    private mutating func dropHandedOut() {
        guard start > 0 else { return }
        held.removeSubrange(0..<start)
        start = 0
    }
}
