import Chat

/// The session's sealed layer: what leaves, and how keys change.
extension Session {
    package var isSealed: Bool { seal != nil }

    /// Ends the frames and appends them as they leave: sealed, where the client seals.
    package mutating func seal(_ frames: inout FrameEncoder, into bytes: inout [UInt8]) {
        frames.finish(sealing: &seal, into: &bytes)
    }

    /// The keys have sealed as much as they may: close with `rekeyOverdue`. Asked after `seal`; what the
    /// client sealed is judged by `next`.
    package var hasWornOutKeys: Bool {
        switch seal {
        case .some(let seal): seal.framesOfGeneration > limits.framesOfAGeneration
        case nil: false
        }
    }

    /// The client has begun to change keys, and has not come to its end.
    package var isChangingKeys: Bool {
        switch seal {
        case .some(let seal): seal.isRekeying
        case nil: false
        }
    }

    /// Answers `.changeKeys`: with `.sayRekeyed`, or the end.
    package mutating func answerRekey(
        request: UInt64, _ share: SealShare, by cryptography: any SealCryptography, now: Int64
    ) -> Action {
        state.requireOpen("answerRekey")
        guard let answer = seal?.answerRekey(share, by: cryptography) ?? nil else {
            return close(.malformed, "the key share is no public key of its group")
        }
        keyDeadline = now.advanced(by: limits.rekeyDeadline)
        return .sayRekeyed(request: request, answer)
    }

    /// `Rekeyed` is sealed: what is said from now on is under the new key.
    package mutating func switchKeys() { seal?.switchSending() }

    /// Why a `Rekey` has no place now; `nil` when it has.
    var faultOfRekey: String? {
        guard isSealed else { return "a change of keys on a connection that is not sealed" }
        return isChangingKeys ? "a change of keys while one is under way" : nil
    }

    /// `RekeyDone` came. It is the last message of its frame, so that nobody can say anything under a key
    /// that is gone.
    mutating func clientSwitched() -> Action {
        guard messages?.remaining ?? 0 == 0 else {
            return close(.unexpected, "a message behind RekeyDone in its frame")
        }
        guard seal?.peerSwitched() == true else { return close(.unexpected, "RekeyDone, but no Rekey") }
        keyDeadline = lastReceived.advanced(by: limits.generationDeadline)
        return .keysChanged
    }
}
