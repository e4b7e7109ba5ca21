import Chat
import Native
package import Security

/// Verifies the lines of an export, one after the other. A value, on the thread of whoever verifies.
package struct AuditCheck {
    package struct Outcome: Hashable, Sendable {
        package let summary: AuditVerifier.Summary
        /// The number of the greatest checkpoint that is known outside and that this log agrees with.
        package let witness: UInt64?
    }

    private let publicKey: [UInt8]
    private let segmentMost: Int
    private let witnessLines: ((([UInt8]) throws -> Void) throws -> Void)?
    private var verifier: AuditVerifier?
    private var witness: UInt64?
    private var line = 0

    /// - Parameter witness: calls its argument with each line of checkpoints that were kept elsewhere.
    package init(
        publicKey: [UInt8], segmentMost: Int, witness: ((([UInt8]) throws -> Void) throws -> Void)? = nil
    ) {
        self.publicKey = publicKey
        self.segmentMost = segmentMost
        witnessLines = witness
    }

    /// The 32 bytes of the key in this file.
    package static func publicKey(at path: String) throws -> [UInt8] {
        let text = String(decoding: try Files.read(path, limit: 4_096), as: UTF8.self)
        guard let key = PublicKeyFile.read(text, .ed25519) else {
            throw StorageError(.damaged, "\(path) is no Ed25519 public key (PEM)")
        }
        return key
    }

    /// - Throws: `AuditFinding`, for the first thing that is wrong.
    package mutating func take(_ bytes: [UInt8]) throws {
        line += 1
        switch (AuditLine(bytes), verifier) {
        case (.header(let header)?, nil):
            guard header.publicKey == publicKey else {
                throw AuditFinding(.changed, .header, "it is of another key than the one given")
            }
            let found = try findWitnesses(of: header.log)
            witness = found.map(\.number).max()
            verifier = AuditVerifier(
                log: header.log, publicKey: publicKey, segmentMost: segmentMost, witnesses: found)
        case (.item(let item)?, .some): try verifier?.take(item)
        case (_, nil): throw AuditFinding(.malformed, .header, "the first line is no header of this format")
        case (_, .some):
            throw verifier?.malformed(line: line) ?? AuditFinding(.malformed, .header, "line \(line)")
        }
    }

    package func finish() throws -> Outcome {
        guard let verifier else { throw AuditFinding(.truncated, .header, "there is not even a header") }
        return Outcome(summary: try verifier.finish(), witness: witness)
    }

    /// Each whose signature holds: some dozen bytes of memory for each of them.
    /// - Throws: when two of them have one number and are not the same: the log was set back, and has gone on
    ///   another way.
    private func findWitnesses(of log: AuditLogID) throws -> [AuditVerifier.Witness] {
        var witnesses: [UInt64: AuditVerifier.Witness] = [:]
        try witnessLines? { bytes in
            guard let document = try? JSONReader.read(bytes), case .object(let members) = document.value,
                let found = AuditFields(members).witness, found.log == log, found.isSigned(publicKey)
            else { return }
            let number = found.witness.number
            guard witnesses[number] ?? found.witness == found.witness else {
                throw AuditFinding(
                    .changed, .checkpoint(number),
                    "two of that number are known outside: the log was set back, as a restore does")
            }
            witnesses[number] = found.witness
        }
        return Array(witnesses.values)
    }
}
