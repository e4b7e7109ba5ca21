package import Chat

/// An open invite with the names of today, for administration.
package struct ListedInvite: Hashable, Sendable {
    package let invite: OpenInvite
    package let rooms: [String]
    /// `nil` where the operator made it.
    package let maker: String?
}
