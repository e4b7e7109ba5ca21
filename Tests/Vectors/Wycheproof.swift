import Foundation
import Native

/// Google's collection of what implementations get wrong.
struct Wycheproof {
    let folder: URL

    private func file(_ name: String) throws -> VectorFile {
        try VectorFile(folder.appending(path: name))
    }

    func gcm() throws -> Tally {
        var tally = Tally("Wycheproof AES-GCM")
        var cipher = AESGCM()
        for test in try file("Cipher/wycheproof/aes_gcm_test.json").cases {
            let nonce = test.bytes("iv")
            guard test.groupNumber("keySize") == 256, nonce.count == AESGCM.nonceCount,
                test.groupNumber("tagSize") == 128
            else {
                tally.skip()
                continue
            }
            let key = test.bytes("key")
            let header = test.bytes("aad")
            let sealed = test.bytes("ct") + test.bytes("tag")
            let text = test.bytes("msg")
            cipher.use(key: key.span)
            let opened = cipher.open(sealed.span, nonce: nonce.span, authenticating: header.span)
            var again = text + [UInt8](repeating: 0, count: AESGCM.tagCount)
            cipher.seal(text.indices, of: &again, nonce: nonce.span, authenticating: header.span)
            let isSame = opened == text && again == sealed
            tally.judge(test, isAccepted: isSame)
        }
        return tally
    }

    func hkdf() throws -> Tally {
        var tally = Tally("Wycheproof HKDF-SHA-256")
        for test in try file("Protocol/wycheproof/hkdf_sha256_test.json").cases {
            let count = test.number("size")
            guard (1...HKDF.mostExpanded).contains(count) else {
                tally.judge(test, isAccepted: false)
                continue
            }
            let secret = HKDF.extract(salt: test.bytes("salt").span, from: test.bytes("ikm").span)
            let key = HKDF.expand(secret.span, info: test.bytes("info").span, count: count)
            tally.judge(test, isAccepted: constantTimeEqual(key.span, test.bytes("okm").span))
        }
        return tally
    }

    func x25519() throws -> Tally {
        var tally = Tally("Wycheproof X25519")
        for test in try file("Protocol/wycheproof/x25519_test.json").cases {
            let shared = test.bytes("shared")
            let found = KnownKey.x25519(test.bytes("private"))?.agree(with: test.bytes("public").span)
            if test.flags.contains("ZeroSharedSecret") {
                // A secret that everybody knows is none.
                tally.count(test.number, isRight: found == nil)
            } else if let found {
                tally.count(test.number, isRight: constantTimeEqual(found.span, shared.span))
            } else {
                tally.judge(test, isAccepted: false)
            }
        }
        return tally
    }

    func p256() throws -> Tally {
        var tally = Tally("Wycheproof ECDH P-256")
        for test in try file("Protocol/wycheproof/ecdh_secp256r1_ecpoint_test.json").cases {
            let shared = test.bytes("shared")
            guard let key = KnownKey.p256(test.bytes("private")) else {
                tally.count(test.number, isRight: false)
                continue
            }
            guard !test.flags.contains("CompressedPoint"), !test.flags.contains("CompressedPublic") else {
                // Another form of the same point: not in our protocol, and refused.
                tally.count(test.number, isRight: key.agree(with: test.bytes("public").span) == nil)
                continue
            }
            let found = key.agree(with: test.bytes("public").span)
            let isSame = found.map { constantTimeEqual($0.span, shared.span) } ?? false
            tally.judge(test, isAccepted: isSame)
        }
        return tally
    }

    func ed25519() throws -> Tally {
        try signatures("Wycheproof Ed25519", "ed25519_test.json") { test, signature, message in
            Ed25519Key.verify(signature.span, of: message.span, publicKey: test.publicKey("pk").span)
        }
    }

    func ecdsa() throws -> Tally {
        let name = "Wycheproof ECDSA P-256, SHA-256"
        return try signatures(name, "ecdsa_secp256r1_sha256_test.json") { test, signature, message in
            let point = test.publicKey("uncompressed")
            return CredentialKey.verify(signature.span, of: message.span, publicPoint: point.span)
        }
    }

    func pss() throws -> Tally {
        let name = "Wycheproof RSA-PSS 2048, SHA-256"
        return try signatures(name, "rsa_pss_2048_sha256_mgf1_32_test.json") { test, signature, message in
            let key = test.groupBytes("publicKeyDer")
            return IdentityKey.verify(signature.span, of: message.span, publicKey: key.span)
        }
    }

    private func signatures(
        _ name: String, _ fileName: String,
        _ verifies: (VectorFile.Case, _ signature: [UInt8], _ message: [UInt8]) -> Bool
    ) throws -> Tally {
        var tally = Tally(name)
        for test in try file("Signature/wycheproof/\(fileName)").cases {
            tally.judge(test, isAccepted: verifies(test, test.bytes("sig"), test.bytes("msg")))
        }
        return tally
    }
}

/// Private keys of vectors, in the form that OpenSSL reads.
enum KnownKey {
    /// PKCS #8 (RFC 8410).
    static func x25519(_ scalar: [UInt8]) -> EphemeralKey? {
        let prefix = Hexadecimal.bytes("302e020100300506032b656e04220420")
        return EphemeralKey(.x25519, privateKey: (prefix + scalar).span)
    }

    /// ECPrivateKey (RFC 5915) with its curve. The scalar may come with leading zeros, or without.
    static func p256(_ scalar: [UInt8]) -> EphemeralKey? {
        let plain = scalar.drop { $0 == 0 }
        guard plain.count <= 32 else { return nil }
        let padded = [UInt8](repeating: 0, count: 32 - plain.count) + plain
        let key =
            Hexadecimal.bytes("30310201010420") + padded + Hexadecimal.bytes("a00a06082a8648ce3d030107")
        return EphemeralKey(.p256, privateKey: key.span)
    }
}
