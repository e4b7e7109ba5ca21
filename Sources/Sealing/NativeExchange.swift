import Chat
import Native
import Wire

/// One end's half of an agreement, and what follows from it:
/// ```
/// secret = HKDF-Extract(salt = SHA-256 of the hello's transcript, or the past generation's chain; ECDH)
/// keys   = HKDF-Expand(secret, "securechat/1 seal", 184)
///        = client's cipher key 32 ‖ code key 32 ‖ nonce 12 ‖ server's likewise ‖ chain 32
/// ```
final class NativeExchange: SealExchange {
    private static let label = Array("securechat/1 seal".utf8)
    private static let chainCount = 32

    let share: SealShare
    private let key: EphemeralKey
    private let ciphers: FrameCiphers

    init(_ key: EphemeralKey, ciphers: FrameCiphers) {
        self.key = key
        self.ciphers = ciphers
        share = SealShare(group: key.group == .p256 ? .p256 : .x25519, key: key.publicKey)
    }

    func agree(with peer: SealShare, after past: SealPast) -> SealGeneration? {
        guard peer.group == share.group, let agreed = key.agree(with: peer.key.span) else { return nil }
        let secret: ErasedBytes
        switch past {
        case .hello(let transcript):
            secret = HKDF.extract(salt: transcript.bytes.span, from: agreed.span)
        case .generation(let chain):
            guard let chain = chain as? NativeChain else {
                preconditionFailure("NativeExchange: a chain of another cryptography")
            }
            let past = chain.secret
            secret = HKDF.extract(salt: past.span, from: agreed.span)
        }
        return expand(secret)
    }

    private func expand(_ secret: ErasedBytes) -> SealGeneration {
        let each = NativeSealKey.byteCount
        let keys = HKDF.expand(
            secret.span, info: Self.label.span, count: 2 * each + Self.chainCount)
        return SealGeneration(
            client: NativeSealKey(keys.part(0..<each), ciphers: ciphers),
            server: NativeSealKey(keys.part(each..<2 * each), ciphers: ciphers),
            chain: NativeChain(keys.part(2 * each..<keys.count)))
    }
}

final class NativeChain: SealChain {
    let secret: ErasedBytes

    init(_ secret: ErasedBytes) { self.secret = secret }
}
