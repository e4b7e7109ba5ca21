import Chat
package import Native

/// The snapshots in a data directory, by their names. A value; nothing is open.
package struct SnapshotShelf {
    private static let prefix = "securechat-"
    private static let ending = ".snapshot"

    package struct Entry: Hashable, Sendable {
        package let path: String
        package let bytes: Int
    }

    private let directory: String

    package init(_ directory: DataDirectory) { self.directory = directory.snapshots }

    /// Names sort by their moments: `securechat-20261129T090000.123Z.snapshot`.
    static func name(at now: Timestamp) -> String {
        prefix + now.text.filter { $0 != "-" && $0 != ":" } + ending
    }

    /// Removes what a process that was killed left half made. Only while none is being made.
    func sweep() throws(IOError) {
        for name in try Files.names(in: directory)
        where name.hasPrefix(Self.prefix) && name.hasSuffix(NewFile.partialEnding) {
            try Files.removeTree("\(directory)/\(name)")
        }
    }

    /// The oldest first. Files that are no snapshots by their names are not looked at.
    package func entries() throws(IOError) -> [Entry] {
        guard try Files.status(of: directory) != nil else { return [] }
        var entries: [Entry] = []
        for name in try Files.names(in: directory).sorted()
        where name.hasPrefix(Self.prefix) && name.hasSuffix(Self.ending) {
            let path = "\(directory)/\(name)"
            if let status = try Files.status(of: path) {
                entries.append(Entry(path: path, bytes: Int(status.size)))
            }
        }
        return entries
    }
}
