import Storage

extension DataDirectory {
    private static let markerName = "securechat.json"
    private static let checkpointsName = "audit-checkpoints.jsonl"
    private static let publicNames = ["keys/tls.pem", "keys/ca.pem", "keys/audit-public.pem"]
    /// Whoever has these is the server.
    private static let secretNames = [
        "keys/identity.pem", "keys/installation.key", "keys/tls-key.pem", "keys/ca-key.pem",
        "keys/audit.pem",
    ]

    /// What a snapshot has besides the stores: names and paths.
    func snapshotFiles(withKeys: Bool) -> [(name: String, path: String)] {
        let names = [Self.markerName] + Self.publicNames + (withKeys ? Self.secretNames : [])
        return names.map { ($0, "\(path)/\($0)") }
    }

    /// What only grows.
    var growingSnapshotFile: (name: String, path: String) {
        (Self.checkpointsName, auditCheckpoints)
    }

    /// Where a part of a snapshot goes.
    /// - Parameter keepsKeys: whether the private keys are written too.
    func place(ofPart name: String, keepsKeys: Bool) -> SnapshotUnpacking.Place {
        if Self.secretNames.contains(name) { return keepsKeys ? .file("\(path)/\(name)") : .nowhere }
        let names =
            [SnapshotPart.history, SnapshotPart.audit, Self.markerName, Self.checkpointsName]
            + Self.publicNames
        return names.contains(name) ? .file("\(path)/\(name)") : .unknown
    }

    /// The names of the private keys.
    static var keyFiles: [String] { secretNames }
}
