import Chat
import Native
import Reactor
import Storage

/// Puts together what `securechat status` shows. A value; used on the control thread.
struct StatusReport: Sendable {
    private let shelf: SnapshotShelf
    private let directory: DataDirectory
    private let ledger: ConnectionLedger
    private let disk: DiskWatch
    private let memory: MemoryPressure
    private let stores: [WatchedStore]
    /// Events that the search index is behind the history; `nil` where there is none.
    private let searchBehind: (@Sendable () -> UInt64)?

    init(
        directory: DataDirectory, ledger: ConnectionLedger, disk: DiskWatch, memory: MemoryPressure,
        stores: [WatchedStore], searchBehind: (@Sendable () -> UInt64)?
    ) {
        self.searchBehind = searchBehind
        self.memory = memory
        shelf = SnapshotShelf(directory)
        self.directory = directory
        self.ledger = ledger
        self.disk = disk
        self.stores = stores
    }

    func make(unsealed: Int) -> ControlResponse.Status {
        ControlResponse.Status(
            processID: CurrentProcess.number, version: Version.text,
            connections: ledger.counts.connections, unsealed: unsealed,
            snapshotAt: (try? shelf.entries().last)?.madeAt.milliseconds,
            verifiedAt: shelf.lastVerified()?.milliseconds, searchBehind: searchBehind?(),
            disk: ControlResponse.DiskStatus(disk.sight),
            memory: ControlResponse.MemoryStatus(memory.sight),
            damaged: damaged)
    }

    private var damaged: [ControlResponse.DamagedStore] {
        stores.compactMap { store in
            guard let finding = store.care.condition.damage else { return nil }
            let damage = StoreDamage(store.kind, store.path, finding, in: directory)
            return ControlResponse.DamagedStore(
                store: store.kind.rawValue, path: store.path, finding: finding, advice: damage.description)
        }
    }
}

extension ControlResponse.MemoryStatus {
    init(_ sight: MemoryPressure.Sight) {
        self.init(step: "\(sight.step)", used: sight.used, limit: sight.limit)
    }
}

extension ControlResponse.DiskStatus {
    init(_ sight: DiskWatch.Sight) {
        let state =
            switch sight.intake {
            case .open: "open"
            case .low: "low"
            case .reserved, .damaged: "full"
            }
        self.init(state: state, free: sight.free, size: sight.size, reserve: sight.reserve)
    }
}
