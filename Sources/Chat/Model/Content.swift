/// What a durable event says.
package enum Content: Hashable, Sendable {
    case message(MessageBody)
    case membership(MembershipChange)
    case settings(SettingsChange)
}

/// The body of a message. A content type other than text leaves room for bodies that the server cannot read.
package struct MessageBody: Hashable, Sendable {
    package static let plainText = "text/plain; charset=utf-8"

    package let contentType: String
    package let bytes: [UInt8]

    package init(contentType: String = plainText, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }

    /// Whether readers take what is of this type for text, however it is written (RFC 9110, 8.3.1).
    package static func isText(_ contentType: String) -> Bool {
        contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() == "text/plain"
    }

    package init(text: String) { self.init(bytes: Array(text.utf8)) }
}

/// Somebody joined, was added, changed role, left or was removed.
package struct MembershipChange: Hashable, Sendable {
    package let person: PersonID
    /// The person's displayed name when it happened, so that the history reads without a directory.
    package let personName: String
    /// The role from now on; `nil` when the person is no longer a member.
    package let role: Role?

    package init(person: PersonID, personName: String, role: Role?) {
        self.person = person
        self.personName = personName
        self.role = role
    }
}

/// The room's settings from now on, all of them.
package struct SettingsChange: Hashable, Sendable {
    package let name: String?
    package let topic: String
    package let isArchived: Bool

    package init(name: String?, topic: String, isArchived: Bool) {
        self.name = name
        self.topic = topic
        self.isArchived = isArchived
    }
}
