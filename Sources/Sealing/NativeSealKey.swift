import Native
import Wire

/// The keys of one direction: AES-256-GCM under a nonce made of the sequence, then HMAC-SHA-256 over all of
/// it, as a second lock of another make.
final class NativeSealKey: SealKey {
    static let byteCount = AESGCM.keyCount + HMACSHA256.count + AESGCM.nonceCount

    private static let cipherKey = 0..<AESGCM.keyCount
    private static let codeKey = AESGCM.keyCount..<AESGCM.keyCount + HMACSHA256.count

    /// Cipher key ‖ code key ‖ nonce.
    private let keys: ErasedBytes
    private let ciphers: FrameCiphers
    /// Where its own contexts are, if it has any.
    private var place: Int?

    init(_ keys: ErasedBytes, ciphers: FrameCiphers) {
        precondition(keys.count == Self.byteCount)
        self.keys = keys
        self.ciphers = ciphers
    }

    deinit { ciphers.forget(ObjectIdentifier(self), at: place) }

    func seal(_ frame: Range<Int>, of bytes: inout [UInt8], sequence: UInt64) {
        let payload = frame.lowerBound + FrameDecoder.headerBytes
        let tag = frame.upperBound - SealedFrame.overhead
        let end = tag + AESGCM.tagCount
        let bound = Self.bound(bytes.span.extracting(frame.lowerBound..<payload), sequence)
        let nonce = nonce(sequence)
        let contexts = contexts(sequence)
        contexts.gcm.seal(payload..<tag, of: &bytes, nonce: nonce.span, authenticating: bound.span)
        let code = contexts.hmac.code(of: bound.span, bytes.span.extracting(payload..<end))
        for index in 0..<HMACSHA256.count { bytes[end + index] = code[index] }
    }

    func open(_ sealed: Span<UInt8>, header: Span<UInt8>, sequence: UInt64) -> [UInt8]? {
        let end = sealed.count - HMACSHA256.count
        guard end >= AESGCM.tagCount else { return nil }
        let bound = Self.bound(header, sequence)
        let contexts = contexts(sequence)
        let code = contexts.hmac.code(of: bound.span, sealed.extracting(0..<end))
        guard constantTimeEqual(code.span, sealed.extracting(end..<sealed.count)) else { return nil }
        let nonce = nonce(sequence)
        return contexts.gcm.open(sealed.extracting(0..<end), nonce: nonce.span, authenticating: bound.span)
    }

    /// What both the tag and the code cover beside the ciphertext.
    private static func bound(_ header: Span<UInt8>, _ sequence: UInt64) -> [12 of UInt8] {
        precondition(header.count == FrameDecoder.headerBytes)
        return [12 of UInt8] { index in
            index < 4 ? header[index] : UInt8(truncatingIfNeeded: sequence >> UInt64(8 * (11 - index)))
        }
    }

    /// The direction's own nonce, with the sequence in its last eight bytes: RFC 8446, 5.3.
    private func nonce(_ sequence: UInt64) -> [12 of UInt8] {
        var nonce = [12 of UInt8](repeating: 0)
        let keys = keys
        let bytes = keys.span
        for index in 0..<AESGCM.nonceCount {
            let byte = bytes[Self.codeKey.upperBound + index]
            nonce[index] =
                index < 4 ? byte : byte ^ UInt8(truncatingIfNeeded: sequence >> UInt64(8 * (11 - index)))
        }
        return nonce
    }

    /// Contexts that know the keys.
    private func contexts(_ sequence: UInt64) -> KeyedCiphers {
        let own = ObjectIdentifier(self)
        let contexts = ciphers.contexts(of: own, sequence: sequence, place: &place)
        guard contexts.owner != own else { return contexts }
        let keys = keys
        contexts.use(
            own, cipherKey: keys.span.extracting(Self.cipherKey), codeKey: keys.span.extracting(Self.codeKey))
        return contexts
    }
}
