/// What the audit log tells of. The names are stable and stand in docs/audit.md; a test compares the two.
package enum AuditKind: String, Sendable, CaseIterable {
    // Administration: recorded in the transaction that does it.
    case personAdded = "person_added"
    case passwordSet = "password_set"
    case passwordChosen = "password_chosen"
    case personDisabled = "person_disabled"
    case personEnabled = "person_enabled"
    case identityLinked = "identity_linked"
    case identityUnlinked = "identity_unlinked"
    case administratorGranted = "administrator_granted"
    case administratorWithdrawn = "administrator_withdrawn"
    case factorEnrolled = "factor_enrolled"
    case factorRemoved = "factor_removed"
    case recoveryCodesRenewed = "recovery_codes_renewed"
    case recoveryCodeUsed = "recovery_code_used"
    case inviteMade = "invite_made"
    case inviteOpened = "invite_opened"
    case inviteRevoked = "invite_revoked"
    case tokenMade = "token_made"
    case sessionRevoked = "session_revoked"
    case identityRotated = "identity_rotated"
    case identityReplaced = "identity_replaced"
    case roomCreated = "room_created"
    case roomChanged = "room_changed"
    case roomArchived = "room_archived"
    case roomRestored = "room_restored"
    case memberAdded = "member_added"
    case memberRemoved = "member_removed"
    case roleChanged = "role_changed"
    case messageDeleted = "message_deleted"

    // Security: noted when it is seen, floods as one entry with a count.
    case loginSucceeded = "login_succeeded"
    case loginFailed = "login_failed"
    case codeRefused = "code_refused"
    case authenticationFailed = "authentication_failed"
    case sessionEnded = "session_ended"
    case sessionClosed = "session_closed"
    case tokenReused = "token_reused"
    case connectionTampered = "connection_tampered"
    case unsealedConnection = "unsealed_connection"
    case serverStarted = "server_started"
    case serverStopped = "server_stopped"
    case certificateReloaded = "certificate_reloaded"
    case certificateRefused = "certificate_refused"
    case storageFailed = "storage_failed"

    // Of all data.
    case snapshotMade = "snapshot_made"
    case snapshotRestored = "snapshot_restored"

    // Of the log itself.
    case eventsDropped = "events_dropped"
    case logSetAside = "log_set_aside"
    /// The only kind that is about a person and has nothing to be erased.
    case detailsErased = "details_erased"
}
