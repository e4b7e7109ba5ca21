package import Security
package import Wire

/// Whether a server that has proved its identity is the right one.
package struct TrustPolicy: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case trusted
        /// Trusted from now on: pin it.
        case pinned
        /// Only the person can tell.
        case mustAsk
        case refused(String)
    }

    /// Given beforehand, by an option or a link: nothing else counts then.
    package var expected: Fingerprint?
    /// Pinned at an earlier use.
    package var known: Fingerprint?
    /// Which of the server's keys that was; `nil` where the pin does not say.
    package var knownNumber: UInt64?
    /// The file of pins, where there is one: named when an identity has changed.
    package var pinsPath: String?
    /// Trust a server that nobody vouches for, at its first use.
    package var acceptsNew = false
    /// Only servers that the given authorities vouch for (`--ca`).
    package var requiresVerification = false

    package init() {}

    /// What to name in the hello, so that a server whose key has changed can show how.
    package var knownIdentity: KnownIdentity? {
        guard let fingerprint = expected ?? known else { return nil }
        return KnownIdentity(
            fingerprint: fingerprint.digest, number: fingerprint == known ? knownNumber : nil)
    }

    /// `isVerified` says that TLS verified the server's certificate. `predecessor` is the key that has
    /// vouched for this one.
    package func verdict(
        on fingerprint: Fingerprint, succeeding predecessor: Fingerprint? = nil, isVerified: Bool
    ) -> Verdict {
        if requiresVerification && !isVerified {
            return .refused("its certificate is not verified by the given CA")
        }
        if let expected {
            guard expected == fingerprint || expected == predecessor else {
                return .refused(difference("expected", expected, fingerprint))
            }
            return known == fingerprint ? .trusted : .pinned
        }
        if let known {
            if known == fingerprint { return .trusted }
            guard known == predecessor else { return .refused(difference("pinned", known, fingerprint)) }
            return .pinned
        }
        if isVerified { return .trusted }
        return acceptsNew ? .pinned : .mustAsk
    }

    /// Both fingerprints, so that a person can compare, and what to do when it is rightly another.
    private func difference(_ word: String, _ wanted: Fingerprint, _ found: Fingerprint) -> String {
        "THE SERVER'S IDENTITY IS NOT THE ONE \(word.uppercased()).\n"
            + "  \(word): \(wanted)\n  now: \(found)\n"
            + "Nothing shows that the one leads to the other (identity_unexpected).\n"
            + "Either its identity key was replaced, or somebody stands between you and it.\n"
            + "Ask the administrator for the fingerprint. Only if it is the new one, give it by --fingerprint"
            + (pinsPath.map { "; it then replaces the pin in \($0)" } ?? "")
    }
}
