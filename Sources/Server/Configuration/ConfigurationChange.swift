import Security

/// What a configuration that was read again changes in a running server: some at once, the rest at its next
/// start. A value.
package struct ConfigurationChange: Hashable, Sendable {
    /// What the server runs with from now on.
    package let running: Configuration
    /// The keys that changed, by their paths, in the order of the keys.
    package let applied: [String]
    /// Those that need a restart: they keep their old value until then.
    package let waiting: [String]

    package init(from old: Configuration, to new: Configuration) {
        var running = old
        let names = Set((old.providers + new.providers).map(\.name)).sorted()
        let keys = ConfigurationKey.all + names.flatMap { ConfigurationKey.ofProvider($0) }
        let changed = keys.filter { $0.read(old) != $0.read(new) }
        for key in changed where key.isLive { key.write(&running, key.read(new)) }
        self.running = running
        applied = changed.filter(\.isLive).map(\.path)
        waiting = changed.filter { !$0.isLive }.map(\.path)
    }
}
