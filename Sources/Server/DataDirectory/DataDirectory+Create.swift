package import Chat
import Native
package import Security

extension DataDirectory {
    /// Makes a server's directory: keys, certificate, then whatever `fill` makes in it, and the marker last
    /// of all.
    ///
    /// A crash at any moment leaves a directory that no server starts on, and that the same call completes.
    /// What is there already is never overwritten, unless it is a certificate of a call that did not end.
    /// - Parameter names: what the certificate is for; the first is the server's name.
    /// - Parameter fill: makes the stores; runs under the lock, as the directory's owner.
    /// - Returns: what `fill` returned.
    package func create<Value>(
        names: [String], identityBits: Int = IdentityKey.defaultBits,
        passwordCosts: PasswordCosts = .standard, now: Timestamp,
        fill: (ServerKeys) throws -> Value
    ) throws -> Value {
        try refuseUnlessCreatable()
        try makeDirectories()
        let lock = try enter()
        // Another init may have been quicker.
        try refuseUnlessCreatable()
        let keys = try ServerKeys.create(in: self, names: names, identityBits: identityBits)
        let value = try fill(keys)
        let finished = DataDirectoryMarker(
            serverName: names.first ?? "localhost", createdAt: now, passwordCosts: passwordCosts)
        try Files.writeAtomically(marker, finished.encoded, mode: 0o600)
        _ = consume lock
        return value
    }

    private func refuseUnlessCreatable() throws {
        switch try condition() {
        case .missing, .empty, .unfinished: return
        case .finished:
            throw DataDirectoryError(
                path, "there is a server in it already",
                "Nothing was changed. Run it: `securechat serve --data \(path)`"
            )
        case .newer(let format):
            throw DataDirectoryError(
                path, "there is a server in it already, of a newer version (format \(format))",
                "Nothing was changed")
        case .foreign(let names):
            throw DataDirectoryError(
                path, "it holds other things: \(names)", "Give a directory that is empty or does not exist")
        case .unreadable(let reason):
            throw DataDirectoryError(path, reason, "Give a directory that is empty or does not exist")
        }
    }

    /// The directory is its owner's alone. Missing ones above it are made too, as `mkdir -p` would.
    private func makeDirectories() throws(IOError) {
        var missing: [String] = []
        var parent = Files.directory(of: path)
        while try Files.status(of: parent) == nil {
            missing.append(parent)
            parent = Files.directory(of: parent)
        }
        for path in missing.reversed() { try Files.makeDirectory(path, mode: 0o755) }
        let isNew = try Files.makeDirectory(path, mode: 0o700)
        if !isNew { try Files.restrict(path, mode: 0o700) }
    }
}
