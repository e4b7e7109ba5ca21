/// A public key that signs tokens (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
package struct JSONWebKey: Hashable, Sendable {
    package enum Material: Hashable, Sendable {
        case ed25519([UInt8])
        case p256(x: [UInt8], y: [UInt8])
        case rsa(modulus: [UInt8], exponent: [UInt8])
    }

    package let id: String?
    /// The one algorithm it is for; `nil`: any that fits its kind.
    package let algorithm: JWSAlgorithm?
    package let material: Material

    package init(id: String?, algorithm: JWSAlgorithm?, material: Material) {
        self.id = id
        self.algorithm = algorithm
        self.material = material
    }
}

/// The keys that a provider publishes.
package struct JSONWebKeySet: Hashable, Sendable {
    /// A provider has a handful; more are not looked at.
    package static let mostKeys = 64
    package static let mostBytes = 256 * 1_024

    package let keys: [JSONWebKey]

    package init(keys: [JSONWebKey]) { self.keys = keys }

    /// Keys of other kinds, for other uses, or that are none are passed over, as RFC 7517, section 5, asks.
    /// - Throws: `.tooLarge` or `.malformed`, for what is no set of keys at all.
    package init(json: [UInt8]) throws(TokenFault) {
        guard json.count <= Self.mostBytes else { throw .tooLarge }
        let set = try TokenJSON.decode(Published.self, from: json, or: .malformed)
        keys = set.keys.prefix(Self.mostKeys).compactMap(\.key)
    }

    /// The keys that may have signed under this name. A token without a name is fit for a set of one key.
    package func candidates(named id: String?, for algorithm: JWSAlgorithm) -> [JSONWebKey] {
        guard let id else { return keys.count == 1 ? keys.filter { $0.fits(algorithm) } : [] }
        return keys.filter { $0.id == id && $0.fits(algorithm) }
    }
}

extension JSONWebKey {
    fileprivate func fits(_ algorithm: JWSAlgorithm) -> Bool {
        if let own = self.algorithm, own != algorithm { return false }
        return switch (material, algorithm) {
        case (.ed25519, .eddsa), (.p256, .es256), (.rsa, .ps256), (.rsa, .rs256): true
        case (.ed25519, _), (.p256, _), (.rsa, _): false
        }
    }
}

/// As it is published; an entry that does not decode does not spoil the others.
private struct Published: Decodable {
    let keys: [Entry]

    struct Entry: Decodable {
        let key: JSONWebKey?

        init(from decoder: any Decoder) throws { key = (try? Fields(from: decoder))?.key }
    }

    struct Fields: Decodable {
        let kty: String
        let crv, x, y, n, e, kid, use, alg: String?
        let operations: [String]?

        private enum CodingKeys: String, CodingKey {
            case kty, crv, x, y, n, e, kid, use, alg
            case operations = "key_ops"
        }

        var key: JSONWebKey? {
            guard use == nil || use == "sig", operations?.contains("verify") != false, let material else {
                return nil
            }
            let algorithm = alg.flatMap(JWSAlgorithm.init)
            guard alg == nil || algorithm != nil else { return nil }
            return JSONWebKey(id: kid, algorithm: algorithm, material: material)
        }

        private var material: JSONWebKey.Material? {
            switch (kty, crv) {
            case ("OKP", "Ed25519"): bytes(x).map { .ed25519($0) }
            case ("EC", "P-256"):
                if let x = bytes(x), let y = bytes(y) { .p256(x: x, y: y) } else { nil }
            case ("RSA", _):
                if let n = bytes(n), let e = bytes(e) { .rsa(modulus: n, exponent: e) } else { nil }
            default: nil
            }
        }

        private func bytes(_ text: String?) -> [UInt8]? { text.flatMap { Base64.url.decode($0) } }
    }
}
