import Chat
import Native

/// Who was deleted, by ids alone, in a file of its own beside the stores: a snapshot from before is restored
/// without it, and whoever restores takes it along, so that the person is deleted again.
///
/// A value; blocks on the disk. One thread at a time.
struct DeletedPeopleList: Sendable {
    /// As many people as there may be have room.
    private static let mostBytes = 16 * 1_024 * 1_024

    private let path: String

    init(_ directory: DataDirectory) { path = directory.deletedPeople }

    /// A line that is none is passed over.
    func read() throws(StorageError) -> [PersonID] {
        try Self.translating { () throws(IOError) in
            guard try Files.status(of: path) != nil else { return [] }
            let text = String(decoding: try Files.read(path, limit: Self.mostBytes), as: UTF8.self)
            return text.split(separator: "\n").compactMap { PersonID(text: $0) }
        }
    }

    /// Synced when it returns.
    func note(_ person: PersonID) throws(StorageError) {
        try add([person])
    }

    private func add(_ people: [PersonID]) throws(StorageError) {
        let before = try read()
        let known = Set(before)
        let new = people.filter { !known.contains($0) }
        guard !new.isEmpty else { return }
        let lines = (before + new).map { "\($0)\n" }.joined()
        try Self.translating { () throws(IOError) in
            try Files.writeAtomically(path, Array(lines.utf8), mode: 0o600)
        }
    }

    /// Takes the list of another directory along.
    static func copy(from old: DataDirectory, to new: DataDirectory) throws(StorageError) {
        try DeletedPeopleList(new).add(DeletedPeopleList(old).read())
    }

    private static func translating<Value>(
        _ body: () throws(IOError) -> Value
    ) throws(StorageError) -> Value {
        do throws(IOError) {
            return try body()
        } catch {
            throw StorageError(.failed, "\(error)")
        }
    }
}
