import Chat
import Logging
import Storage

/// Looks after disk and stores about once a second, and says what the operator has to know, once each.
///
/// The process's first thread's. What it looks at is shared, and asked by others without it.
final class ResourceWatch {
    private let disk: DiskWatch
    private let stores: [WatchedStore]
    private let directory: DataDirectory
    private let note: (AuditKind, AuditDetails) -> Void
    private let log: Logger
    /// Stores, by their paths, whose damage was told.
    private var told: Set<String> = []
    private var rounds = 0

    /// How many looks lie between two tries to make room on a disk that has little.
    private static let roundsOfRoom = 5

    init(
        disk: DiskWatch, stores: [WatchedStore], directory: DataDirectory, log: Logger,
        note: @escaping (AuditKind, AuditDetails) -> Void
    ) {
        self.disk = disk
        self.stores = stores
        self.directory = directory
        self.log = log
        self.note = note
    }

    func look() {
        let hasChanged = disk.look()
        if hasChanged {
            let (kind, details) = disk.event
            note(kind, details)
        }
        rounds += 1
        // What the stores' logs take is room that nobody has: it may be all that is wanted.
        if disk.intake != .open, hasChanged || rounds % Self.roundsOfRoom == 0 {
            for store in stores where !store.care.condition.isDamaged { store.care.makeRoom() }
        }
        for store in stores {
            guard !told.contains(store.path), let finding = store.care.condition.damage else { continue }
            told.insert(store.path)
            log.critical("\(StoreDamage(store.kind, store.path, finding, in: directory))")
            note(.storageDamaged, ["store": .text(store.kind.rawValue), "reason": .text(finding)])
        }
    }
}
