import COpenSSL
import Synchronization

/// The keys that seal resumption tickets: ours, so that they outlive a certificate reload, are shared by all
/// loops, and are erased when we say so (OpenSSL's own would live as long as its context).
///
/// Two generations: tickets are sealed with the current key and opened with the current or the previous one.
/// After two rotations a ticket opens no more, and its key is erased. Usable from any thread.
package final class TLSTicketKeys: Sendable {
    fileprivate struct Key: ~Copyable {
        static let nameCount = 16
        let name: SecretBytes
        let cipher: SecretBytes
        let authentication: SecretBytes

        init() {
            name = .random(count: Self.nameCount)
            cipher = .random(count: 32)
            authentication = .random(count: 32)
        }
    }

    private struct Generations: ~Copyable {
        var current = Key()
        var previous: Key?

        mutating func rotate() { previous = exchange(&current, with: Key()) }
    }

    // Lock tier 9: a leaf, held for the set-up of one ticket's ciphers.
    private let generations = Mutex(Generations())

    package init() {}

    /// Makes a new current key; the one before the previous is erased. Hourly, by the owner of the clock.
    package func rotate() {
        generations.withLock { $0.rotate() }
    }

    /// What `SSL_CTX_set_tlsext_ticket_key_evp_cb` asks: 1 = key set, 2 = set and the ticket is to be
    /// renewed, 0 = no such key: a full handshake follows, -1 = failed.
    func prepare(
        name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
        authentication: OpaquePointer, sealing: Bool
    ) -> Int32 {
        generations.withLock { generations in
            if sealing {
                guard RAND_bytes(vector, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 else { return -1 }
                generations.current.copyName(to: name)
                return generations.current.set(cipher, vector, authentication, sealing: true) ? 1 : -1
            }
            if generations.current.isNamed(name) {
                return generations.current.set(cipher, vector, authentication, sealing: false) ? 1 : -1
            }
            guard generations.previous?.isNamed(name) == true else { return 0 }
            return generations.previous?.set(cipher, vector, authentication, sealing: false) == true ? 2 : -1
        }
    }
}

extension TLSTicketKeys.Key {
    fileprivate borrowing func copyName(to destination: UnsafeMutablePointer<UInt8>) {
        name.withUnsafeBytes { destination.update(from: $0.baseAddress!, count: $0.count) }
    }

    fileprivate borrowing func isNamed(_ other: UnsafePointer<UInt8>) -> Bool {
        name.withUnsafeBytes { CRYPTO_memcmp($0.baseAddress!, other, $0.count) == 0 }
    }

    fileprivate borrowing func set(
        _ context: OpaquePointer, _ vector: UnsafePointer<UInt8>, _ mac: OpaquePointer, sealing: Bool
    ) -> Bool {
        let cipherIsSet = cipher.withUnsafeBytes {
            EVP_CipherInit_ex(context, EVP_aes_256_cbc(), nil, $0.baseAddress, vector, sealing ? 1 : 0) == 1
        }
        let macIsSet = authentication.withUnsafeBytes {
            chat_ticket_mac_set_key(mac, $0.baseAddress, $0.count) == 1
        }
        return cipherIsSet && macIsSet
    }
}
