package import Chat
import Native
import Security
import Storage

/// The audit log, open for writing: gives records their place in the chain, stores them, signs checkpoints.
///
/// One thread's: the audit writer's, or whoever administers a server that does not run.
package final class AuditLog {
    package let reader: any AuditReader
    /// Where a log that was not what it must be lies now, and why.
    package let setAside: SetAside?

    package struct SetAside: Hashable, Sendable {
        package let path: String
        package let reason: String
    }

    private let open: OpenAudit
    private let key: Ed25519Key
    private let publicKeyDigest: Digest
    private let limits: Limits
    private let tailFile: AuditTailFile
    private var ledger: AuditLedger<NativeHashing>
    /// `nil` when a fresh one must be begun before anything is added.
    private var tailKey: AuditTailKey?
    private var random = SecureRandom()
    private var departures: CheckpointDepartures

    /// Opens or makes the log. One that is not what this server wrote is set aside, and another begun, whose
    /// first entry says so.
    package static func open(
        _ factory: AuditFactory, limits: Limits, now: Timestamp
    ) throws(StorageError) -> AuditLog {
        let open = try factory.open()
        let stored = try open.store.load()
        let state = try AuditTailFile(path: factory.places.tail).readState()
        let end: AuditTail.End
        do throws(AuditTail.Finding) {
            end = try AuditTail.resume(
                stored, log: open.store.log, state: state, publicKey: factory.key.publicKey)
        } catch {
            try open.close()
            return try begin(factory, after: error, limits: limits, now: now)
        }
        let log = AuditLog(
            open, end: end, setAside: nil, key: factory.key, places: factory.places, limits: limits)
        if let last = stored.checkpoint { log.departures.addAgain(last, log: log.log) }
        return log
    }

    private static func begin(
        _ factory: AuditFactory, after finding: AuditTail.Finding, limits: Limits, now: Timestamp
    ) throws(StorageError) -> AuditLog {
        let setAside = SetAside(path: try factory.setAside(), reason: "\(finding)")
        let open = try factory.open()
        let log = AuditLog(
            open, end: AuditTail.End(log: open.store.log), setAside: setAside, key: factory.key,
            places: factory.places, limits: limits)
        let details: AuditDetails = ["path": .text(setAside.path), "reason": .text(setAside.reason)]
        try log.append(
            [AuditRecord(at: now, .logSetAside, by: .server, of: [], details, random: &log.random)], at: now)
        return log
    }

    /// Of a store that ends as `end` says.
    init(
        _ open: OpenAudit, end: AuditTail.End, setAside: SetAside?, key: Ed25519Key,
        places: AuditFactory.Places, limits: Limits
    ) {
        self.open = open
        self.setAside = setAside
        self.key = key
        self.limits = limits
        publicKeyDigest = NativeHashing().sha256(key.publicKey)
        reader = open.reader
        ledger = end.ledger
        tailKey = end.key
        tailFile = AuditTailFile(path: places.tail)
        departures = CheckpointDepartures(places: places, most: limits.auditCheckpointsHeld)
    }

    package var log: AuditLogID { open.store.log }
    /// See `OpenAudit`.
    var care: StoreCare { open.care }
    var prepareCut: (@Sendable () -> DatabaseCut)? { open.prepareCut }
    package var uncovered: Int { ledger.uncovered }

    /// Enters these that are not entered yet; durable when it returns. When there are enough entries for a
    /// checkpoint, the rest of them is signed too: one transaction, and one new tail, for all.
    /// - Throws: `.full` when some may be entered and the rest not: all may be handed in again. Any other
    ///   error is final.
    package func append(_ records: [AuditRecord], at now: Timestamp) throws(StorageError) {
        let known = try open.store.entered(records.map(\.id))
        var rest = records.filter { !known.contains($0.id) }[...]
        while !rest.isEmpty {
            try step(rest.prefix(limits.auditBatchEntries), at: now, signs: false)
            rest = rest.dropFirst(limits.auditBatchEntries)
        }
    }

    /// Signs what is not signed yet.
    package func sign(at now: Timestamp) throws(StorageError) {
        if ledger.uncovered > 0 { try step([], at: now, signs: true) }
    }

    /// Tries again to get out what could not get out.
    /// - Returns: what went wrong with it now.
    package func depart() -> String? { departures.send() }

    /// The last entry; 0 in an empty log.
    var last: UInt64 { ledger.sequence }

    /// How many entries of this party have details to erase.
    func erasable(_ party: AuditParty) throws(StorageError) -> Int {
        try open.store.erasable(party: party.text)
    }

    /// One transaction of erasing; see `AuditStore.erase`.
    func erase(
        _ party: AuditParty, after sequence: UInt64, through last: UInt64
    ) throws(StorageError) -> AuditErasure {
        try open.store.erase(
            party: party.text, after: sequence, through: last, most: limits.auditErasedEntries)
    }

    /// What is erased is in no file of the log any more.
    func forget() throws(StorageError) { try open.store.forget() }

    /// Signs what is left, and closes.
    package func close(at now: Timestamp) throws(StorageError) {
        try sign(at: now)
        _ = departures.send()
        try open.close()
    }

    private func step(
        _ records: ArraySlice<AuditRecord>, at now: Timestamp, signs: Bool
    ) throws(StorageError) {
        var next = ledger
        var key = try currentKey()
        var batch = AuditBatch(entries: [])
        let most = limits.auditCheckpointEntries
        let sign = { [key = self.key, publicKeyDigest] (ledger: inout AuditLedger<NativeHashing>) in
            ledger.sign(at: now, key: publicKeyDigest) { form in key.sign(form.span) }
        }
        let isTail = !signs && next.uncovered + records.count < most
        for record in records {
            let entry = next.append(record, salt: Salt(high: random.next(), low: random.next()))
            // What is signed with them needs nothing else that vouches for it.
            let code = isTail ? key.vouch(for: entry.link) : .zero
            batch.entries.append(AuditTailEntry(entry: entry, code: code))
            if next.uncovered == most { batch.checkpoints.append(sign(&next)) }
        }
        if !isTail, next.uncovered > 0 { batch.checkpoints.append(sign(&next)) }
        try open.store.append(batch)
        ledger = next
        tailKey = key
        if !batch.checkpoints.isEmpty {
            tailKey = nil
            departures.add(batch.checkpoints, log: open.store.log)
            // What this could not do is tried again before the next entry.
            tailKey = try? currentKey()
        } else {
            try translating { () throws(IOError) in try tailFile.reached(next.sequence) }
        }
    }

    private func currentKey() throws(StorageError) -> AuditTailKey {
        if let tailKey { return tailKey }
        let ledger = ledger
        let log = open.store.log
        return try translating { () throws(IOError) in
            try tailFile.begin(log: log, checkpoint: ledger.checkpoint, sequence: ledger.sequence)
        }
    }

    private func translating<Value>(_ body: () throws(IOError) -> Value) throws(StorageError) -> Value {
        do throws(IOError) {
            return try body()
        } catch {
            throw StorageError(error.reason == .outOfSpace ? .full : .failed, "\(error)")
        }
    }
}

extension AuditTailFile {
    fileprivate func readState() throws(StorageError) -> AuditTailState? {
        do throws(IOError) {
            return try read()
        } catch {
            throw StorageError(.failed, "\(error)")
        }
    }
}
