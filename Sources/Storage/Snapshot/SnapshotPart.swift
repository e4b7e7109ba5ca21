/// The names of a snapshot's parts: those of files in the data directory, but for the sessions, whose file is
/// no copy but a list of records.
package enum SnapshotPart {
    package static let history = "chat.db"
    package static let audit = "audit.db"
    package static let sessions = "state.records"
}
