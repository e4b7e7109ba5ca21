import Chat
import Native
import Security
import Testing

@testable import Server

/// What outlives a restore, and what a receipt says of copies.
@Suite struct DeletedPeopleListTests {
    private let one = PersonID(high: 1, low: 2)
    private let other = PersonID(high: 1, low: 3)

    @Test func idsAreKeptOnceEach() throws {
        let folder = try ScratchDirectory()
        let list = DeletedPeopleList(DataDirectory(path: folder.path))
        #expect(try list.read().isEmpty)
        for person in [one, other, one] { try list.note(person) }
        #expect(try list.read() == [one, other])
    }

    @Test func aLineThatIsNoneIsPassedOver() throws {
        let folder = try ScratchDirectory()
        try folder.write("\(one)\nada\n\n\(other)", to: "deleted-people")
        #expect(try DeletedPeopleList(DataDirectory(path: folder.path)).read() == [one, other])
    }

    @Test func aRestoredDirectoryTakesItAlong() throws {
        let (old, new) = (try ScratchDirectory(), try ScratchDirectory())
        let directories = [old, new].map { DataDirectory(path: $0.path) }
        try DeletedPeopleList(directories[0]).note(one)
        try DeletedPeopleList(directories[1]).note(other)
        try DeletedPeopleList.copy(from: directories[0], to: directories[1])
        #expect(try DeletedPeopleList(directories[1]).read() == [other, one])
    }

    @Test func aReceiptSaysWhenTheScheduleRemovesASnapshot() {
        var retention = SnapshotRetention()
        (retention.daily, retention.weekly, retention.monthly) = (3, 0, 0)
        let day: Int64 = 86_400_000
        let made = (0..<2).map { Timestamp(milliseconds: 1_798_761_600_000 + $0 * day) }
        // Three days are kept: the fourth takes the first one's place.
        #expect(
            retention.removal(of: made[0], among: made, every: 24)
                == Timestamp(milliseconds: made[0].milliseconds + 3 * day))
        #expect(
            retention.removal(of: made[1], among: made, every: 24)
                == Timestamp(milliseconds: made[0].milliseconds + 4 * day))
        retention.monthly = 1_200
        #expect(retention.removal(of: made[0], among: [made[0]], every: 24) != nil)
        retention.daily = 5_000
        #expect(retention.removal(of: made[0], among: made, every: 24) == nil)
    }

    @Test func theReceiptNamesWhatIsThere() throws {
        let folder = try ScratchDirectory()
        let directory = DataDirectory(path: folder.path)
        try Files.makeDirectory(directory.snapshots, mode: 0o700)
        for name in [
            "snapshots/securechat-20261129T090000.000Z.snapshot",
            "snapshots/securechat-20261130T090000.000Z.snapshot", "snapshots/other", "audit.db.damaged-1",
        ] { try folder.write("x", to: name) }
        let moment = try #require(Timestamp(compactText: "20261129T100000.000Z"))
        let held = try HeldCopies(in: directory, before: moment, configuration: .standard)
        let paths = held.all.compactMap { value -> String? in
            guard case .object(let members) = value,
                case .text(let path)? = members.first(where: { $0.name == "path" })?.value
            else { return nil }
            return path
        }
        #expect(
            paths == [
                "\(folder.path)/snapshots/securechat-20261129T090000.000Z.snapshot",
                "\(folder.path)/audit.db.damaged-1",
            ])
    }
}
