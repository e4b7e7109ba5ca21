package import Chat
package import Native

/// The snapshots in a data directory, by their names. A value; nothing is open.
package struct SnapshotShelf {
    private static let prefix = "securechat-"
    private static let ending = ".snapshot"
    private static let endingBeforeUpgrade = "-before-upgrade.snapshot"
    /// Of those from before an upgrade: they are the way back to the version that was there then.
    private static let upgradesKept = 2

    package struct Entry: Hashable, Sendable {
        package let path: String
        /// By its name.
        package let madeAt: Timestamp
        package let bytes: Int
    }

    private let directory: String

    package init(_ directory: DataDirectory) { self.directory = directory.snapshots }

    /// Names sort by their moments: `securechat-20261129T090000.123Z.snapshot`.
    static func name(at now: Timestamp) -> String {
        prefix + now.text.filter { $0 != "-" && $0 != ":" } + ending
    }

    /// `securechat-20261129T090000.123Z-before-upgrade.snapshot`.
    static func nameBeforeUpgrade(at now: Timestamp) -> String {
        String(name(at: now).dropLast(ending.count)) + endingBeforeUpgrade
    }

    static func isNameBeforeUpgrade(_ name: String) -> Bool {
        moment(of: name[...], ending: endingBeforeUpgrade) != nil
    }

    /// Removes those that a retention does not keep; of those from before an upgrade, which it does not
    /// count, all but the two newest.
    /// - Returns: their paths.
    func remove(after retention: SnapshotRetention) throws(IOError) -> [String] {
        let entries = try entries()
        let superfluous = Set(retention.superfluous(entries.map(\.madeAt)))
        let paths =
            entries.filter { superfluous.contains($0.madeAt) }.map(\.path)
            + (try entriesBeforeUpgrades()).dropLast(Self.upgradesKept).map(\.path)
        for path in paths { try Files.remove(path) }
        return paths
    }

    // MARK: what is known to be whole

    /// Beside the snapshots: when the last of them was verified, and which it was. Seconds since 1970, for
    /// whoever watches; its name in the second line.
    private var verifiedFile: String { "\(directory)/last-verified" }

    package func noteVerified(_ path: String, at now: Timestamp) throws(IOError) {
        let name = path.split(separator: "/").last ?? ""
        let text = "\(now.milliseconds / 1_000)\n\(name)\n"
        try Files.writeAtomically(verifiedFile, Array(text.utf8), mode: 0o600)
        // By root it is the server's file all the same.
        if CurrentProcess.account.isRoot, let status = try Files.status(of: directory) {
            try Files.giveTree(verifiedFile, to: status.owner)
        }
    }

    /// `nil` when none was.
    package func lastVerified() -> Timestamp? {
        guard let seconds = verifiedLines().first.flatMap({ Int64($0) }),
            (0...253_402_300_799).contains(seconds)  // to the end of the year 9999
        else { return nil }
        return Timestamp(milliseconds: seconds * 1_000)
    }

    /// The one that was verified last, if it is here still.
    package func lastVerifiedEntry() -> Entry? {
        guard lastVerified() != nil, let name = verifiedLines().dropFirst().first else { return nil }
        return try? entries().first { $0.path == "\(directory)/\(name)" }
    }

    private func verifiedLines() -> [Substring] {
        guard let bytes = try? Files.read(verifiedFile, limit: 256) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    // MARK: what is under way

    /// Where one is unpacked to be verified; `sweep` removes what a kill leaves of it.
    func scratch() -> String { NewFile.temporaryName(for: "\(directory)/\(Self.prefix)check") }

    /// Removes what a process that was killed left half made. Only while none is being made.
    func sweep() throws(IOError) {
        for name in try Files.names(in: directory)
        where name.hasPrefix(Self.prefix) && name.hasSuffix(NewFile.partialEnding) {
            try Files.removeTree("\(directory)/\(name)")
        }
    }

    /// The oldest first. Files that are no snapshots by their names are not looked at, and those from before
    /// an upgrade not either.
    package func entries() throws(IOError) -> [Entry] { try entries(ending: Self.ending) }

    /// Those from before an upgrade, the oldest first.
    package func entriesBeforeUpgrades() throws(IOError) -> [Entry] {
        try entries(ending: Self.endingBeforeUpgrade)
    }

    private func entries(ending: String) throws(IOError) -> [Entry] {
        guard try Files.status(of: directory) != nil else { return [] }
        var entries: [Entry] = []
        for name in try Files.names(in: directory).sorted() {
            let path = "\(directory)/\(name)"
            if let madeAt = Self.moment(of: name[...], ending: ending),
                let status = try Files.status(of: path)
            {
                entries.append(Entry(path: path, madeAt: madeAt, bytes: Int(status.size)))
            }
        }
        return entries
    }

    private static func moment(of name: Substring, ending: String) -> Timestamp? {
        guard name.hasPrefix(prefix), name.hasSuffix(ending) else { return nil }
        return Timestamp(compactText: name.dropFirst(prefix.count).dropLast(ending.count))
    }
}
