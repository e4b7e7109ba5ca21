package import Native
import Security

extension DataDirectory {
    /// What lies at the path.
    package enum Condition: Hashable, Sendable {
        case missing
        case empty
        /// An `init` began here and did not end. Nobody was let in yet, so nothing of it is of value.
        case unfinished
        case finished(DataDirectoryMarker)
        case newer(format: Int)
        /// Things that are none of ours, by some of their names.
        case foreign(String)
        /// A marker that is none, or no directory.
        case unreadable(String)
    }

    package func condition() throws(IOError) -> Condition {
        guard let status = try Files.status(of: path) else { return .missing }
        guard status.kind == .directory else { return .unreadable("it is no directory") }
        if try Files.status(of: marker) != nil {
            switch DataDirectoryMarker.read(try Files.read(marker, limit: JSONReader.maxBytes)) {
            case .marker(let marker): return .finished(marker)
            case .newer(let format): return .newer(format: format)
            case .unreadable: return .unreadable("\(marker) is not what `init` wrote")
            }
        }
        let names = try Files.names(in: path).filter { $0 != "lost+found" }
        let foreign = names.filter { !isOurs($0) }
        guard foreign.isEmpty else { return .foreign(foreign.prefix(3).joined(separator: ", ")) }
        return names.isEmpty ? .empty : .unfinished
    }

    /// What an `init` makes before its end, temporary files of atomic writes included.
    private func isOurs(_ name: String) -> Bool {
        let names = [
            "keys", "chat.db", "chat.db-wal", "chat.db-shm", "audit.db", "audit.db-wal", "audit.db-shm",
            "audit-checkpoints.jsonl", "state.lmdb", "lock",
        ]
        let unfinished = ["securechat.json.new-", "chat.db.new-", "audit.db.new-", "audit.db.damaged-"]
        return names.contains(name) || unfinished.contains { name.hasPrefix($0) }
    }
}
