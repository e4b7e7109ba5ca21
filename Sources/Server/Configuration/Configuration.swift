package import Chat
package import Security

/// What the operator decides; all else is fixed. A value, read once at start.
///
/// `ConfigurationKey.all` names each choice, its range and what it means.
package struct Configuration: Hashable, Sendable {
    package enum Backend: String, Sendable, CaseIterable {
        /// SQLite and LMDB in the data directory.
        case embedded
        /// Nothing is kept; for development only.
        case memory
    }

    package enum LogLevel: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// Empty: the machine's own name.
    package var serverName = ""
    /// Empty: made of the server's name and the port.
    package var serverURL = ""
    package var listenAddress = "0.0.0.0"
    /// 0: the kernel chooses one; for development and tests.
    package var listenPort = 8_443
    /// 0: one for each processor.
    package var loops = 0
    /// Whether each loop stays on a processor of its own.
    package var pinsLoops = false
    package var backend = Backend.embedded
    /// How long histories are kept.
    package var retention = Retention.everything
    /// Whether there is an index, and people can search.
    package var isSearchable = true
    package var logLevel = LogLevel.info
    /// Whether clients that do not seal their frames are sent away.
    package var requiresSealing = true
    /// Networks from whose addresses a proxy that ends TLS may connect, with commas between them.
    package var trustedProxies = ""
    /// Who vouches for people from outside, by their names.
    package var providers: [ProviderSettings] = []
    /// How many hours lie between two snapshots that are made without being asked for; 0 for none.
    package var snapshotHours = 24
    package var snapshotRetention = SnapshotRetention()
    /// The file of the public key that those are encrypted to; empty for none.
    package var snapshotRecipient = ""
    /// The standard limits with the operator's changes.
    package var limits = Limits.standard

    package static let standard = Configuration()

    package init() {}
}
