/// A signed token in its compact form (RFC 7515, section 7.1), taken apart; not believed until `verify`.
package struct CompactJWS: Sendable {
    /// Providers put groups into theirs.
    package static let mostBytes = 16 * 1_024

    private struct Header: Decodable {
        let alg: String
        let kid, typ: String?
        let crit: [String]?
    }

    private let header: Header
    /// The two parts that are signed, with the dot between them.
    /// Header and payload as they came: what the signature is over. The same token may have other signatures.
    package let signed: [UInt8]
    private let signature: [UInt8]
    private let payload: [UInt8]

    /// - Throws: `.tooLarge`, `.malformed`, or `.extensions` for a header that must be understood and is not.
    package init(_ text: String) throws(TokenFault) {
        guard text.utf8.count <= Self.mostBytes else { throw .tooLarge }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64.url.decode(parts[0]),
            let payload = Base64.url.decode(parts[1]), let signature = Base64.url.decode(parts[2])
        else { throw .malformed }
        let decoded = try TokenJSON.decode(Header.self, from: header, or: .malformed)
        guard decoded.crit == nil else { throw .extensions }
        self.header = decoded
        self.payload = payload
        self.signature = signature
        signed = Array(parts[0].utf8) + [UInt8(ascii: ".")] + Array(parts[1].utf8)
    }

    /// What it is (`typ`), in lower case and without the media type's first half (RFC 7515, section 4.1.9).
    package var kind: String? {
        guard let kind = header.typ?.lowercased() else { return nil }
        return kind.hasPrefix("application/") ? String(kind.dropFirst(12)) : kind
    }

    /// The name of the key, so that whoever keeps a provider's keys knows when to fetch them anew.
    package var keyID: String? { header.kid }

    /// The payload, once one of the keys has signed it by one of the algorithms.
    /// - Throws: `.algorithm`, `.unknownKey` or `.signature`.
    package func verify(
        by keys: JSONWebKeySet, allowing algorithms: Set<JWSAlgorithm>
    ) throws(TokenFault) -> [UInt8] {
        guard let algorithm = JWSAlgorithm(rawValue: header.alg), algorithms.contains(algorithm) else {
            throw .algorithm
        }
        let candidates = keys.candidates(named: header.kid, for: algorithm)
        guard !candidates.isEmpty else { throw .unknownKey }
        guard candidates.contains(where: { algorithm.verify(signature, of: signed, by: $0.material) }) else {
            throw .signature
        }
        return payload
    }
}
