package import Chat

/// The sealed layer's cryptography, handed in: this module knows no cryptographic library. One thread's.
package protocol SealCryptography: AnyObject {
    /// A fresh key pair for one agreement.
    func makeExchange(_ group: SealGroup) -> any SealExchange
}

/// One end's half of an agreement; its private key is gone with the object.
package protocol SealExchange: AnyObject {
    var share: SealShare { get }

    /// What both ends know now. `nil` when the peer's share is no public key of this group.
    func agree(with peer: SealShare, after past: SealPast) -> SealGeneration?
}

/// What an agreement is bound to, so that it cannot be one of other people's.
package enum SealPast {
    /// The hello's transcript, all offers included.
    case hello(Digest)
    /// The generation before: whoever lacks its secret cannot find the next one either.
    case generation(any SealChain)
}

/// The keys of one generation, to be taken apart: each is erased when its last owner lets go of it.
package struct SealGeneration {
    package let client: any SealKey
    package let server: any SealKey
    package let chain: any SealChain

    package init(client: any SealKey, server: any SealKey, chain: any SealChain) {
        self.client = client
        self.server = server
        self.chain = chain
    }
}

/// What the next generation is bound to.
package protocol SealChain: AnyObject {}

/// The keys of one direction.
package protocol SealKey: AnyObject {
    /// Seals a frame where it stands: its header, its payload, and `SealedFrame.overhead` bytes of room that
    /// the header counts. A sequence is used once.
    func seal(_ frame: Range<Int>, of bytes: inout [UInt8], sequence: UInt64)

    /// `nil` when it is not what the other end sealed as this frame of this generation: one answer for every
    /// reason.
    func open(_ sealed: Span<UInt8>, header: Span<UInt8>, sequence: UInt64) -> [UInt8]?
}

/// The form of a sealed frame: its length as in every frame, then ciphertext, tag and authentication code.
package enum SealedFrame {
    /// AES-GCM's tag and HMAC-SHA-256.
    package static let overhead = 16 + 32
}
