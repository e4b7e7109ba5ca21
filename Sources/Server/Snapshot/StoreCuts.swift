import Chat
import Storage

/// How cuts of all three stores are taken. A value; any thread.
struct StoreCuts: Sendable {
    let prepareHistory: @Sendable () -> DatabaseCut
    let prepareAudit: @Sendable () -> DatabaseCut
    let sessions: @Sendable () throws(StorageError) -> SessionCut

    /// `nil` unless each store knows cuts.
    init?(
        history: (@Sendable () -> DatabaseCut)?,
        audit: (@Sendable () -> DatabaseCut)?,
        sessions: (@Sendable () throws(StorageError) -> SessionCut)?
    ) {
        guard let history, let audit, let sessions else { return nil }
        prepareHistory = history
        prepareAudit = audit
        self.sessions = sessions
    }
}
