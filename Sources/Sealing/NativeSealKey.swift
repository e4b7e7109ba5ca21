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

    init(_ keys: ErasedBytes, ciphers: FrameCiphers) {
        precondition(keys.count == Self.byteCount)
        self.keys = keys
        self.ciphers = ciphers
    }

    func seal(
        _ payload: Span<UInt8>, header: Span<UInt8>, sequence: UInt64, into sealed: inout [UInt8]
    ) {
        let first = sealed.count
        let bound = Self.bound(header, sequence)
        let keys = keys
        let nonce = nonce(sequence)
        ciphers.gcm.seal(
            payload, key: keys.span.extracting(Self.cipherKey), nonce: nonce.span,
            authenticating: bound.span, into: &sealed)
        let code = code(bound.span, sealed.span.extracting(first..<sealed.count))
        for index in 0..<HMACSHA256.count { sealed.append(code[index]) }
    }

    func open(_ sealed: Span<UInt8>, header: Span<UInt8>, sequence: UInt64) -> [UInt8]? {
        let end = sealed.count - HMACSHA256.count
        guard end >= AESGCM.tagCount else { return nil }
        let bound = Self.bound(header, sequence)
        let code = code(bound.span, sealed.extracting(0..<end))
        guard constantTimeEqual(code.span, sealed.extracting(end..<sealed.count)) else { return nil }
        var payload: [UInt8] = []
        let keys = keys
        payload.reserveCapacity(end)
        let nonce = nonce(sequence)
        let isOpened = ciphers.gcm.open(
            sealed.extracting(0..<end), key: keys.span.extracting(Self.cipherKey), nonce: nonce.span,
            authenticating: bound.span, into: &payload)
        return isOpened ? payload : nil
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
        let keys = keys
        return [12 of UInt8] { index in
            let byte = keys.span[Self.codeKey.upperBound + index]
            guard index >= 4 else { return byte }
            return byte ^ UInt8(truncatingIfNeeded: sequence >> UInt64(8 * (11 - index)))
        }
    }

    private func code(_ bound: Span<UInt8>, _ ciphertext: Span<UInt8>) -> HMACSHA256.Value {
        let keys = keys
        ciphers.hmac.start(key: keys.span.extracting(Self.codeKey))
        ciphers.hmac.update(bound)
        ciphers.hmac.update(ciphertext)
        return ciphers.hmac.finish()
    }
}
