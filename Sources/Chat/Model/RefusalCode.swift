/// Why a request was refused. The connection stays open. The numbers are the protocol's (docs/protocol.md,
/// "Codes").
///
/// 1xx: the request is wrong. 2xx: it is not allowed, or names what is not there. 3xx: it conflicts with what
/// is there. 4xx: not now; the request may be repeated.
package enum RefusalCode: UInt32, Sendable, CaseIterable {
    case unknownRequest = 101
    case invalidArgument = 102
    case tooLarge = 103
    case invalidName = 104
    case invalidBody = 105

    case forbidden = 201
    case unknownRoom = 202
    case unknownPerson = 203
    case notAMember = 204
    case wrongCredentials = 205
    case disabled = 206
    case notSubscribed = 207
    case unknownSession = 208
    /// An identity provider vouches for somebody whom nobody here is yet.
    case notLinked = 209
    case unknownProvider = 210
    /// The password is right, and a code is needed too.
    case secondFactorRequired = 211
    /// The password is right, and the code is none, was used, or has expired.
    case wrongCode = 212
    case noSecondFactor = 213
    /// The session is a key's, which was not made for this.
    case outOfScope = 214
    case unknownInvite = 215
    /// There is no event of this sequence in the room.
    case unknownEvent = 216

    /// A moderator keeps them out of the room for now.
    case banned = 217
    /// A moderator has them say nothing for now.
    case muted = 218
    /// Whom it is about does not want to hear from the asker.
    case blocked = 219

    case nameTaken = 301
    case idReused = 302
    case alreadyMember = 303
    case lastOwner = 304
    case archived = 305
    case tooMany = 306
    case alreadySubscribed = 307
    case historyChanged = 308
    case secondFactorExists = 309
    /// The message was deleted.
    case deleted = 310
    /// Nobody else could administer the server.
    case lastAdministrator = 311

    case busy = 401
    /// The outcome is not known: the event may be stored or not. Retry with the same id, after reconnecting.
    case unknownOutcome = 402
    case storageFull = 403
    case draining = 404
    /// What must be recorded in the audit log cannot be: administration is refused, chat goes on.
    case auditUnavailable = 405
    /// Too much in too short a time; nothing was done.
    case rateLimited = 406
    /// An identity provider does not answer, or not as it must.
    case providerUnavailable = 407
    /// The room is slow: the next message may come later.
    case slowMode = 408
    /// There is little room on the disk: nothing new is begun.
    case storageLow = 409
    /// The history is damaged, and only read.
    case storageDamaged = 410

    package var name: String {
        switch self {
        case .unknownRequest: "unknown_request"
        case .invalidArgument: "invalid_argument"
        case .tooLarge: "too_large"
        case .invalidName: "invalid_name"
        case .invalidBody: "invalid_body"
        case .forbidden: "forbidden"
        case .unknownRoom: "unknown_room"
        case .unknownPerson: "unknown_person"
        case .notAMember: "not_a_member"
        case .wrongCredentials: "wrong_credentials"
        case .disabled: "disabled"
        case .notSubscribed: "not_subscribed"
        case .unknownSession: "unknown_session"
        case .notLinked: "not_linked"
        case .unknownProvider: "unknown_provider"
        case .secondFactorRequired: "second_factor_required"
        case .wrongCode: "wrong_code"
        case .noSecondFactor: "no_second_factor"
        case .outOfScope: "out_of_scope"
        case .unknownInvite: "unknown_invite"
        case .unknownEvent: "unknown_event"
        case .banned: "banned"
        case .muted: "muted"
        case .blocked: "blocked"
        case .nameTaken: "name_taken"
        case .idReused: "id_reused"
        case .alreadyMember: "already_member"
        case .lastOwner: "last_owner"
        case .archived: "archived"
        case .tooMany: "too_many"
        case .alreadySubscribed: "already_subscribed"
        case .historyChanged: "history_changed"
        case .secondFactorExists: "second_factor_exists"
        case .deleted: "deleted"
        case .lastAdministrator: "last_administrator"
        case .busy: "busy"
        case .unknownOutcome: "unknown"
        case .storageFull: "storage_full"
        case .draining: "draining"
        case .auditUnavailable: "audit_unavailable"
        case .rateLimited: "rate_limited"
        case .providerUnavailable: "provider_unavailable"
        case .slowMode: "slow_mode"
        case .storageLow: "storage_low"
        case .storageDamaged: "storage_damaged"
        }
    }

    /// Whether the same request may succeed later without being changed.
    package var mayRetry: Bool { rawValue >= 400 }
}

/// A refusal with what a person can read about it, and when to try again.
package struct Refusal: Error, Hashable, Sendable {
    package let code: RefusalCode
    package let detail: String
    package let retryAfter: Duration?

    /// - Parameter scope: what the session is not good for.
    package static func outOfScope(_ scope: Scopes) -> Refusal {
        Refusal(.outOfScope, "this needs the scope \(scope.names.joined(separator: ", "))")
    }

    package init(_ code: RefusalCode, _ detail: String = "", retryAfter: Duration? = nil) {
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
    }
}
