package import Chat
import Native

/// Whether a checkpoint is signed by a key. Any thread.
package enum AuditSignature {
    package static func holds(
        _ checkpoint: AuditCheckpoint, log: AuditLogID, publicKey: [UInt8]
    ) -> Bool {
        guard checkpoint.key == NativeHashing().sha256(publicKey) else { return false }
        return holds(
            checkpoint.signature, log: log, number: checkpoint.number, sequence: checkpoint.sequence,
            at: checkpoint.at, link: checkpoint.link,
            marksDigest: NativeHashing().sha256(checkpoint.marks), publicKey: publicKey)
    }

    /// As above, of a checkpoint whose marks are known by their digest alone.
    package static func holds(
        _ signature: [UInt8], log: AuditLogID, number: UInt64, sequence: UInt64, at: Timestamp, link: Digest,
        marksDigest: Digest, publicKey: [UInt8]
    ) -> Bool {
        let form = AuditChain.signedForm(
            log: log, number: number, sequence: sequence, at: at, link: link, marksDigest: marksDigest)
        return Ed25519Key.verify(signature.span, of: form.span, publicKey: publicKey.span)
    }
}
