import Chat
import Native

/// How sessions, invites and used proofs stand in state.lmdb. All numbers are big-endian: keys sort by them.
///
/// Each kind has its records by token digest, and their tokens by expiry; sessions have them by person as
/// well.
struct SessionRecords {
    static let databases = 9
    private static let format: [UInt8] = [2]

    let sessions: LMDBDatabase
    let sessionsByPerson: LMDBDatabase
    let sessionsByExpiry: LMDBDatabase
    let invites: LMDBDatabase
    let invitesByExpiry: LMDBDatabase
    let proofs: LMDBDatabase
    let proofsByExpiry: LMDBDatabase
    /// Laid out by `RateRecords`.
    let rates: LMDBDatabase
    private let meta: LMDBDatabase
    /// Where there is room for what means nothing.
    var filling: LMDBDatabase { meta }

    /// All databases by their names.
    var named: [(name: String, database: LMDBDatabase)] {
        [
            ("meta", meta), ("sessions", sessions), ("sessions_by_person", sessionsByPerson),
            ("sessions_by_expiry", sessionsByExpiry), ("invites", invites),
            ("invites_by_expiry", invitesByExpiry), ("proofs", proofs), ("proofs_by_expiry", proofsByExpiry),
            ("rates", rates),
        ]
    }

    /// `nil` when the records are of a form that this version does not know.
    init?(_ transaction: inout LMDBWriteTransaction) throws(LMDBError) {
        meta = try transaction.database(named: "meta")
        let key = Array("format".utf8)
        let found = try transaction.get(key, in: meta)
        guard found == nil || found == Self.format else { return nil }
        if found == nil { try transaction.put(Self.format, for: key, in: meta) }
        sessions = try transaction.database(named: "sessions")
        sessionsByPerson = try transaction.database(named: "sessions_by_person")
        sessionsByExpiry = try transaction.database(named: "sessions_by_expiry")
        invites = try transaction.database(named: "invites")
        invitesByExpiry = try transaction.database(named: "invites_by_expiry")
        proofs = try transaction.database(named: "proofs")
        proofsByExpiry = try transaction.database(named: "proofs_by_expiry")
        rates = try transaction.database(named: "rates")
    }

    // MARK: sessions

    /// Person, epoch, kind, scopes, creation, last seen, expiry, the three digests (zeros for none), name.
    static func value(_ session: LoginSession) -> [UInt8] {
        var value = session.person.bytes + bytes(session.epoch)
        value += [session.kind.rawValue, session.scopes.rawValue]
        for time in [session.createdAt, session.lastSeenAt, session.expiresAt] { value += bytes(time) }
        value += session.tokens.family.bytes + session.tokens.current.bytes
        return value + (session.tokens.previous ?? .zero).bytes + Array(session.name.utf8)
    }

    static func session(_ id: LoginSessionID, value: [UInt8]) -> LoginSession? {
        guard value.count >= fixedBytes, let person = PersonID(bytes: value[..<16]),
            let kind = LoginSession.Kind(rawValue: value[20]), let family = Digest(bytes: value[46..<78]),
            let current = Digest(bytes: value[78..<110]),
            let previous = Digest(bytes: value[110..<fixedBytes])
        else { return nil }
        return LoginSession(
            id: id, person: person, epoch: epoch(value[16..<20]), kind: kind,
            scopes: kind == .device ? .ofDevices : Scopes(rawValue: value[21]).intersection(.ofKeys),
            name: String(decoding: value[fixedBytes...], as: UTF8.self), createdAt: time(value[22..<30]),
            lastSeenAt: time(value[30..<38]), expiresAt: time(value[38..<46]),
            tokens: LoginSession.Tokens(
                family: family, current: current, previous: previous == .zero ? nil : previous))
    }

    private static let fixedBytes = 142

    // MARK: invites

    /// Person, epoch, expiry.
    static func value(_ invite: SessionOperation.Invite) -> [UInt8] {
        invite.person.bytes + bytes(invite.epoch) + bytes(invite.expiresAt)
    }

    static func invite(token: Digest, value: [UInt8]) -> SessionOperation.Invite? {
        guard value.count == 28, let person = PersonID(bytes: value[..<16]) else { return nil }
        return SessionOperation.Invite(
            token: token, person: person, epoch: epoch(value[16..<20]), expiresAt: time(value[20...]))
    }

    // MARK: proofs

    /// Expiry.
    static func value(proofUntil expiresAt: Timestamp) -> [UInt8] { bytes(expiresAt) }

    static func expiryKey(_ proof: Digest, until expiresAt: Timestamp) -> [UInt8] {
        bytes(expiresAt) + proof.bytes
    }

    // MARK: keys

    static func personKey(_ session: LoginSession) -> [UInt8] { session.person.bytes + session.id.bytes }

    static func expiryKey(_ session: LoginSession) -> [UInt8] { bytes(session.expiresAt) + session.id.bytes }

    static func expiryKey(_ invite: SessionOperation.Invite) -> [UInt8] {
        bytes(invite.expiresAt) + invite.token.bytes
    }

    static func expiry(inKey key: [UInt8]) -> Timestamp { time(key[..<8]) }

    /// Of a session's key by person or by expiry.
    static func session(inKey key: [UInt8]) -> LoginSessionID? { LoginSessionID(bytes: key.suffix(16)) }

    /// Of an invite's or a proof's key by expiry.
    static func digest(inKey key: [UInt8]) -> Digest? { Digest(bytes: key.suffix(32)) }

    private static func bytes(_ epoch: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: epoch >> UInt32($0)) }
    }

    private static func epoch(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// With the sign turned, so that times before 1970 sort before those after.
    private static func bytes(_ time: Timestamp) -> [UInt8] {
        let number = UInt64(bitPattern: time.milliseconds) ^ 1 << 63
        return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    private static func time(_ bytes: ArraySlice<UInt8>) -> Timestamp {
        let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Timestamp(milliseconds: Int64(bitPattern: number ^ 1 << 63))
    }
}
