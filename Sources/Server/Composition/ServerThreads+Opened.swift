import Chat
import Storage

/// What the threads that own the stores tell of them, once they are open.
extension ServerThreads {
    /// What the sequencer's thread knows of the history, once it is open. A value.
    struct StoredHistory: Sendable {
        let reader: any RetentionReader
        let incarnation: Incarnation
        let server: [UInt8]
        let forget: @Sendable () throws(StorageError) -> Void
        let forgetIfDue: @Sendable () -> Void
        let prepareCut: (@Sendable () -> DatabaseCut)?
        let care: StoreCare
    }

    /// What the state writer's thread knows of the sessions. A value.
    struct OpenedSessions: Sendable {
        let setAside: String?
        let cut: (@Sendable () throws(StorageError) -> SessionCut)?
        let care: StoreCare
    }

    /// What the audit thread knows of the log. A value.
    struct OpenedAudit: Sendable {
        let reader: any AuditReader
        let log: AuditLogID
        let prepareCut: (@Sendable () -> DatabaseCut)?
        let care: StoreCare
    }
}
