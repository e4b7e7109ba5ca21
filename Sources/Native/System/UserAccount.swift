/// A user and group of the machine, by number.
package struct UserAccount: Hashable, Sendable {
    package let user: UInt32
    package let group: UInt32

    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    package var isRoot: Bool { user == 0 }
}
