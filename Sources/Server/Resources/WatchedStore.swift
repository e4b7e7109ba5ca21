package import Storage

/// An open store, for whoever watches over it. A value; any thread.
package struct WatchedStore: Sendable {
    /// What the operator knows it by.
    package enum Kind: String, Sendable {
        case history
        case audit = "audit log"
        case sessions
    }

    package let kind: Kind
    /// Its file or directory.
    package let path: String
    package let care: StoreCare

    package init(_ kind: Kind, path: String, care: StoreCare) {
        self.kind = kind
        self.path = path
        self.care = care
    }
}
