package import Chat
package import Native
package import Security

/// Where there may be more of what was deleted, and until when: for a receipt. A value; any thread.
package struct HeldCopies {
    /// Objects, each with what it is.
    package let all: [JSONValue]

    /// - Parameter moment: what was made later has nothing of it.
    package init(
        in directory: DataDirectory, before moment: Timestamp, configuration: Configuration
    ) throws(IOError) {
        var all: [JSONValue] = []
        let entries = try SnapshotShelf(directory).entries()
        for entry in entries where entry.madeAt <= moment {
            let gone =
                configuration.snapshotHours > 0
                ? configuration.snapshotRetention.removal(
                    of: entry.madeAt, among: entries.map(\.madeAt), every: configuration.snapshotHours) : nil
            all.append(
                .object([
                    .init("what", .text("snapshot")), .init("path", .text(entry.path)),
                    .init("made_at", .text(entry.madeAt.text)),
                    .init("removed_by_schedule", gone.map { .text($0.date) } ?? .null),
                ]))
        }
        for entry in try SnapshotShelf(directory).entriesBeforeUpgrades() where entry.madeAt <= moment {
            all.append(
                .object([
                    .init("what", .text("snapshot before an upgrade")), .init("path", .text(entry.path)),
                    .init("made_at", .text(entry.madeAt.text)), .init("removed_by_schedule", .null),
                ]))
        }
        for path in try Self.setAside(directory) {
            all.append(.object([.init("what", .text("set aside")), .init("path", .text(path))]))
        }
        for words in Self.elsewhere { all.append(.object([.init("what", .text(words))])) }
        self.all = all
    }

    /// Stores that were found damaged, servers that a restore has replaced, and what a kill has left of a
    /// snapshot or of a restore.
    private static func setAside(_ directory: DataDirectory) throws(IOError) -> [String] {
        let stores = try Files.names(in: directory.path).filter { $0.contains(".damaged-") }
            .map { "\(directory.path)/\($0)" }
        let halfMade = ((try? Files.names(in: directory.snapshots)) ?? [])
            .filter { $0.hasSuffix(NewFile.partialEnding) }.map { "\(directory.snapshots)/\($0)" }
        let parent = Files.directory(of: directory.path)
        let name = directory.path.split(separator: "/").last.map(String.init) ?? ""
        let endings = [".replaced-", ".restoring-"].map { name + $0 }
        // Somebody who may not look there has put nothing there either.
        let servers = ((try? Files.names(in: parent)) ?? []).filter { found in
            !name.isEmpty && endings.contains { found.hasPrefix($0) }
        }
        .map { "\(parent)/\($0)" }
        return (stores + halfMade + servers).sorted()
    }

    private static let elsewhere = [
        "copies of snapshots and exports elsewhere",
        "what other people wrote of them, or quoted, in messages of their own",
        "what clients keep until they see the deletion",
        "names in the machine's logs",
        "blocks of the disk that no file has any more",
    ]
}

extension SnapshotRetention {
    /// The day on which one is removed, if further ones are made as the schedule says; `nil` where it is not
    /// within three years.
    func removal(of moment: Timestamp, among moments: [Timestamp], every hours: Int) -> Timestamp? {
        var kept = moments
        var next = moments.max() ?? moment
        // Shorter intervals change nothing: what counts are days.
        let step = Duration.seconds(max(24, hours) * 3_600)
        for _ in 0..<(3 * 366) {
            next = next.advanced(by: step)
            kept.append(next)
            let gone = Set(superfluous(kept))
            if gone.contains(moment) { return next }
            kept.removeAll { gone.contains($0) }
        }
        return nil
    }
}
