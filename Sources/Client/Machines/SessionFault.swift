import Chat
package import Wire

/// What a server did that ends a session from this side.
package enum SessionFault: Error, Hashable, Sendable, CustomStringConvertible {
    case frame(FrameError)
    /// A message that had no place there.
    case unexpected
    case hello(HelloError)

    package var description: String {
        switch self {
        case .frame(let error): "a frame is wrong: \(error)"
        case .unexpected: "a message came that had no place there"
        case .hello(let error): "the server's proof is wrong: \(Self.text(of: error))"
        }
    }

    private static func text(of error: HelloError) -> String {
        switch error {
        case .malformed: "it cannot be decoded"
        case .notOffered: "it chose what was not offered"
        case .notSealed: "it does not seal its connections, which this client asks of every server"
        case .wrongCredentialSignature: "its identity key did not sign its credential"
        case .wrongCredential: "its credential is for something else"
        case .credentialNotValid(let notBefore, let notAfter, let now):
            "its credential is not valid at this time: this machine's clock is at least "
                + ClockOffset.words(
                    now < notBefore ? now.interval(to: notBefore) : notAfter.interval(to: now))
                + (now < notBefore ? " behind" : " ahead") + ", or the server's is wrong"
        case .wrongTranscriptSignature: "its signature is not for this connection: somebody may stand between"
        case .unexpectedIdentity(let fingerprint): "its identity is sha256:\(fingerprint)"
        case .identityChain(let fault): "the changes of its identity key do not hold (\(fault.rawValue))"
        case .identityRolledBack(let known, let stated):
            "its identity key is number \(stated), and number \(known) was seen (identity_rolled_back). It "
                + "may run on an old backup, or be somebody with an old key: ask the administrator, and give "
                + "--fingerprint if it is rightly so"
        }
    }
}
