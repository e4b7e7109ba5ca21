package import Chat
import Native
import Security

/// Lets an administrator read the audit log: one page at a time, so that nobody waits long for anybody.
///
/// Any thread, one at a time.
package struct AuditDesk {
    private let reader: (any AuditReader)?
    private let publicKey: [UInt8]
    private let log: AuditLogID
    private let limits: Limits
    private let sign: () -> StorageError?
    /// The party, and whether it is asked about again.
    package typealias Erase = (AuditParty, Bool) -> Result<Int, StorageError>?
    private let erase: Erase
    private let forgetOutbox: () throws(StorageError) -> Void

    /// - Parameter reader: `nil` when there is no log that could be read.
    /// - Parameter erase: erases the details of what is about a party; `nil` while it goes on.
    /// - Parameter forgetOutbox: takes what was deleted from the outbox out of its files.
    /// - Parameter sign: makes a checkpoint over everything, and waits for it.
    package init(
        reader: (any AuditReader)?, log: AuditLogID, publicKey: [UInt8], limits: Limits,
        erase: @escaping Erase,
        forgetOutbox: @escaping () throws(StorageError) -> Void, sign: @escaping () -> StorageError?
    ) {
        self.reader = reader
        self.log = log
        self.publicKey = publicKey
        self.limits = limits
        self.sign = sign
        self.erase = erase
        self.forgetOutbox = forgetOutbox
    }

    /// Signs, so that an export ends with a checkpoint.
    /// - Returns: the header, and where the log ends now.
    package func begin() -> ControlResponse {
        if let error = sign() { return refused(error.detail) }
        guard let reader else { return refused("it is not open") }
        do throws(StorageError) {
            let header = AuditLine.header(AuditLine.Header(log: log, publicKey: publicKey))
            return .auditLog(header: header.text, last: try reader.lastSequence())
        } catch {
            return refused(error.detail)
        }
    }

    /// The lines behind this place, none when there are no more.
    package func page(afterSequence sequence: UInt64, afterCheckpoint checkpoint: UInt64) -> ControlResponse {
        guard let reader else { return refused("it is not open") }
        do throws(StorageError) {
            var cursor = AuditCursor(sequence: sequence, checkpoint: checkpoint)
            let items = try reader.items(
                after: cursor, maxEntries: limits.auditPageEntries, maxBytes: limits.auditPageBytes)
            for item in items { cursor.pass(item) }
            return .auditPage(
                lines: items.map { AuditLine.item($0).text }, sequence: cursor.sequence,
                checkpoint: cursor.checkpoint)
        } catch {
            return refused(error.detail)
        }
    }

    /// Erases what is told of a person.
    /// - Parameter isContinued: whether the answer before was that it goes on.
    /// - Parameter settled: called before the outbox is looked at, waits until what was entered has left it.
    package func erase(
        _ person: PersonID, isContinued: Bool, settled: () -> Void
    ) -> ControlResponse {
        switch erase(.person(person), isContinued) {
        case nil: return .erasing
        case .failure(let error): return refused(error.detail)
        case .success(let count):
            settled()
            do throws(StorageError) {
                try forgetOutbox()
                return .erased(entries: count)
            } catch {
                return refused(error.detail)
            }
        }
    }

    private func refused(_ detail: String) -> ControlResponse {
        ControlResponse(Refusal(.auditUnavailable, detail))
    }
}
