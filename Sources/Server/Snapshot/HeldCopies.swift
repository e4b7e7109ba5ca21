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
        for path in try Self.setAside(directory) {
            all.append(.object([.init("what", .text("set aside")), .init("path", .text(path))]))
        }
        for words in Self.elsewhere { all.append(.object([.init("what", .text(words))])) }
        self.all = all
    }

    /// Stores that were found damaged, and servers that a restore has replaced.
    private static func setAside(_ directory: DataDirectory) throws(IOError) -> [String] {
        let stores = try Files.names(in: directory.path).filter { $0.contains(".damaged-") }
            .map { "\(directory.path)/\($0)" }
        let parent = Files.directory(of: directory.path)
        let name = directory.path.split(separator: "/").last.map { "\($0).replaced-" } ?? ""
        // Somebody who may not look there has put nothing there either.
        let servers = ((try? Files.names(in: parent)) ?? []).filter { !name.isEmpty && $0.hasPrefix(name) }
            .map { "\(parent)/\($0)" }
        return (stores + servers).sorted()
    }

    private static let elsewhere = [
        "copies of snapshots and exports elsewhere",
        "what other people wrote of them, or quoted, in messages of their own",
        "what clients keep until they see the deletion",
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
