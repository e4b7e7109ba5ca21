/// What a person proves beside the password: an authenticator's secret, and codes for the day it is lost.
package struct SecondFactor: Hashable, Sendable {
    /// Another one with each enrolment.
    package let id: SecondFactorID
    /// The authenticator's secret as the server's key has sealed it (`Security`, `FactorSecrets`).
    package let sealedSecret: [UInt8]
    /// The time step of the last code that was used: that code and all before it count no more (RFC 6238,
    /// section 5.2).
    package private(set) var lastStep: UInt64
    /// The digests of the recovery codes that were not used yet.
    package var recoveryCodes: [Digest]
    package let enrolledAt: Timestamp

    package init(
        id: SecondFactorID, sealedSecret: [UInt8], lastStep: UInt64, recoveryCodes: [Digest],
        enrolledAt: Timestamp
    ) {
        self.id = id
        self.sealedSecret = sealedSecret
        self.lastStep = lastStep
        self.recoveryCodes = recoveryCodes
        self.enrolledAt = enrolledAt
    }

    /// False when the code counts no more: it was used, or is of a factor that is gone.
    mutating func spend(_ use: CodeUse) -> Bool {
        guard use.factor == id else { return false }
        switch use.code {
        case .step(let step):
            guard step > lastStep else { return false }
            lastStep = step
        case .recovery(let digest):
            guard let place = recoveryCodes.firstIndex(of: digest) else { return false }
            recoveryCodes.remove(at: place)
        }
        return true
    }
}

package typealias SecondFactorID = Identifier<SecondFactor>

/// A code that was found to be right, and is about to be used up.
package struct CodeUse: Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// The authenticator's, of this time step.
        case step(UInt64)
        /// A recovery code of this digest.
        case recovery(Digest)
    }

    package let factor: SecondFactorID
    package let code: Code

    package init(factor: SecondFactorID, code: Code) {
        self.factor = factor
        self.code = code
    }

    var isRecovery: Bool { if case .recovery = code { true } else { false } }
}

/// By what a person, logged in already, may change the own second factor.
package enum FactorProof: Hashable, Sendable {
    case code(CodeUse)
    /// The password, as it was in this epoch.
    case password(epoch: UInt32)

    var isRecovery: Bool { if case .code(let use) = self { use.isRecovery } else { false } }
}
