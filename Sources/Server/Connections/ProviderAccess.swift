package import Security

/// The identity providers that a server believes, and who asks them: both or neither. A value.
package struct ProviderAccess: Sendable {
    /// At least one.
    package let settings: [ProviderSettings]
    package let source: any HTTPSource

    package init(settings: [ProviderSettings], source: any HTTPSource) {
        self.settings = settings
        self.source = source
    }
}
