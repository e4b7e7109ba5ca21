import Chat
import Storage

/// What a snapshot holds, for whoever made, verified or restored it. A value.
package struct SnapshotSummary: Codable, Hashable, Sendable {
    /// The version of the program that made it.
    package let program: String
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package let people: Int
    package let rooms: Int
    package let events: Int
    package let sessions: Int
    package let auditEntries: Int
    /// Whether the private keys are in it.
    package let hasKeys: Bool

    init(_ manifest: SnapshotManifest) {
        program = manifest.program
        createdAt = manifest.createdAt
        people = manifest.counts.people
        rooms = manifest.counts.rooms
        events = manifest.counts.events
        sessions = manifest.counts.sessions
        auditEntries = manifest.counts.auditEntries
        hasKeys = manifest.hasKeys
    }
}
