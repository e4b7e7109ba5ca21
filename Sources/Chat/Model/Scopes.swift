/// What a session may be used for. A device may do everything; a program's key may do what it was made for.
///
/// The numbers are those of the store, the names those of the command line and of refusals: neither changes.
package struct Scopes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// List rooms and members, follow rooms, read their history.
    package static let read = Scopes(rawValue: 1 << 0)
    /// Send messages.
    package static let send = Scopes(rawValue: 1 << 1)
    /// Join and leave public rooms, open direct rooms.
    package static let join = Scopes(rawValue: 1 << 2)
    /// Make rooms; change their members, roles and settings.
    package static let rooms = Scopes(rawValue: 1 << 3)
    /// List, name and end the person's sessions.
    package static let account = Scopes(rawValue: 1 << 4)
    /// What would outlive a key: making keys, changing the second factor. No key has it.
    package static let device = Scopes(rawValue: 1 << 5)

    package static let ofKeys: Scopes = [.read, .send, .join, .rooms, .account]
    package static let ofDevices: Scopes = ofKeys.union(.device)
    /// Of a key for which nobody said any.
    package static let usual: Scopes = [.read, .send, .join]

    private static let named: [(scope: Scopes, name: String)] = [
        (.read, "read"), (.send, "send"), (.join, "join"), (.rooms, "rooms"), (.account, "account"),
        (.device, "device"),
    ]

    /// In the order of their numbers.
    package var names: [String] { Self.named.filter { contains($0.scope) }.map(\.name) }

    /// One of those that a key may have, by its name; `nil` for any other.
    package init?(keyScope name: String) {
        guard let found = Self.named.first(where: { $0.name == name }), Self.ofKeys.contains(found.scope)
        else { return nil }
        self = found.scope
    }
}
