import Chat
import Wire

extension FrameError {
    var words: String {
        switch self {
        case .tooLarge(let length, let limit): "it has \(length) bytes of at most \(limit) (frame_too_large)"
        case .empty: "it has no bytes (frame_empty)"
        case .malformed: "it holds no messages (frame_malformed)"
        case .tooManyMessages(let limit): "it holds more than \(limit) messages (frame_overfull)"
        case .sealBroken: "it is not what the server sealed, or not in its place (frame_seal_broken)"
        }
    }
}

extension HelloError {
    var words: String {
        switch self {
        case .malformed: "it cannot be decoded (hello_malformed)"
        case .notOffered: "it chose what was not offered (hello_not_offered)"
        case .notSealed:
            "it does not seal its connections, which this client asks of every server (hello_not_sealed)"
        case .wrongCredentialSignature:
            "its identity key did not sign its credential (hello_credential_unsigned)"
        case .wrongCredential: "its credential is for something else (hello_credential_wrong)"
        case .credentialNotValid(let notBefore, let notAfter, let now):
            "its credential is not valid at this time: this machine's clock is at least "
                + ClockOffset.words(
                    now < notBefore ? now.interval(to: notBefore) : notAfter.interval(to: now))
                + (now < notBefore ? " behind" : " ahead")
                + ", or the server's is wrong (hello_credential_not_valid)"
        case .wrongTranscriptSignature:
            "its signature is not for this connection: somebody may stand between (hello_signature_wrong)"
        case .unexpectedIdentity(let fingerprint): "its identity is sha256:\(fingerprint)"
        case .identityChain(let fault): "the changes of its identity key do not hold (\(fault.rawValue))"
        case .identityRolledBack(let known, let stated):
            "its identity key is number \(stated), and number \(known) was seen (identity_rolled_back). It "
                + "may run on an old backup, or be somebody with an old key: ask the administrator, and give "
                + "--fingerprint if it is rightly so"
        }
    }
}
