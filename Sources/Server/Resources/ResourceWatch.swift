import Chat
import Logging
import Native
import Storage

/// Looks after disk, memory and stores about once a second, and says what the operator has to know, once
/// each.
///
/// The process's first thread's. What it looks at is shared, and asked by others without it.
final class ResourceWatch {
    private let disk: DiskWatch
    private let memory: MemoryPressure
    private let stores: [WatchedStore]
    private let directory: DataDirectory
    private let note: (AuditKind, AuditDetails) -> Void
    private let shed: (Int) -> Void
    private let log: Logger
    /// Stores, by their paths, whose damage was told.
    private var told: Set<String> = []
    private var lastRoom: Instant
    private var lastRelease: Instant

    /// Between two tries to make room on a disk that has little, and between two to give memory back.
    private static let pause = Duration.seconds(5)
    private static let interval = Duration.seconds(1)
    /// While memory is short it may be gone within a second.
    private static let tightInterval = Duration.milliseconds(200)

    init(
        disk: DiskWatch, memory: MemoryPressure, stores: [WatchedStore], directory: DataDirectory,
        log: Logger, now: Instant, note: @escaping (AuditKind, AuditDetails) -> Void,
        shed: @escaping (Int) -> Void
    ) {
        self.disk = disk
        self.memory = memory
        self.shed = shed
        lastRoom = now
        lastRelease = now
        self.stores = stores
        self.directory = directory
        self.log = log
        self.note = note
    }

    /// How long until the next look.
    var interval: Duration { memory.step == .relaxed ? Self.interval : Self.tightInterval }

    func look(now: Instant) {
        lookAtDisk(now)
        lookAtMemory(now)
        lookAtStores()
    }

    private func lookAtDisk(_ now: Instant) {
        let hasChanged = disk.look()
        if hasChanged {
            let (kind, details) = disk.event
            note(kind, details)
        }
        // What the stores' logs take is room that nobody has: it may be all that is wanted.
        guard disk.intake != .open, hasChanged || now - lastRoom >= Self.pause else { return }
        lastRoom = now
        for store in stores where !store.care.condition.isDamaged { store.care.makeRoom() }
    }

    private func lookAtMemory(_ now: Instant) {
        guard let used = try? CurrentProcess.ownMemory() else { return }
        let hasChanged = memory.note(used: used)
        if hasChanged { tell(memory.sight) }
        guard memory.step > .relaxed else { return }
        if hasChanged || now - lastRelease >= Self.pause {
            lastRelease = now
            for store in stores { store.care.releaseMemory() }
            CurrentProcess.returnFreeMemory()
        }
        if memory.step == .shedding { shed(memory.marks.excess(used)) }
    }

    private func tell(_ sight: MemoryPressure.Sight) {
        let numbers = "\(sight.used >> 20) MiB of \(sight.limit >> 20) MiB"
        switch sight.step {
        case .relaxed: log.notice("there is memory again (\(numbers))")
        case .shrinking: log.notice("memory is short: caches are given up (\(numbers))")
        case .refusing: log.warning("memory is short: new connections are refused (\(numbers))")
        case .shedding: log.warning("memory is short: slow readers are sent away (\(numbers))")
        }
    }

    private func lookAtStores() {
        for store in stores {
            guard !told.contains(store.path), let finding = store.care.condition.damage else { continue }
            told.insert(store.path)
            log.critical("\(StoreDamage(store.kind, store.path, finding, in: directory))")
            note(.storageDamaged, ["store": .text(store.kind.rawValue), "reason": .text(finding)])
        }
    }
}
