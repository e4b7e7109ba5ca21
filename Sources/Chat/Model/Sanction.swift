/// What a moderator does to somebody for a time.
package struct Sanction: Hashable, Sendable {
    /// The raw values are stored and sent: they never change.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// They read, and say nothing.
        case mute = 1
        /// They are put out, and do not come in again.
        case ban = 2

        package var name: String {
            switch self {
            case .mute: "mute"
            case .ban: "ban"
            }
        }
    }

    package let kind: Kind
    /// When it ends by itself; `Timestamp.never` for when somebody lifts it.
    package let until: Timestamp
    package let isLifted: Bool
    /// One line for everybody in the room; may be empty.
    package let reason: String

    package init(_ kind: Kind, until: Timestamp, isLifted: Bool = false, reason: String = "") {
        self.kind = kind
        self.until = until
        self.isLifted = isLifted
        self.reason = reason
    }
}

/// As somebody asks for one: how long it lasts, by the server's clock.
package struct RequestedSanction: Hashable, Sendable {
    package let kind: Sanction.Kind
    /// `nil` until somebody lifts it.
    package let lasting: Duration?
    package let isLifted: Bool
    package let reason: String

    package init(_ kind: Sanction.Kind, lasting: Duration? = nil, isLifted: Bool = false, reason: String = "")
    {
        self.kind = kind
        self.lasting = lasting
        self.isLifted = isLifted
        self.reason = reason
    }
}
