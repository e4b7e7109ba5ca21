import Native

/// Overwrites the pages of an LMDB file that nothing is in any more: LMDB writes each change to other pages,
/// and those before it stay as they were until they are taken again.
///
/// Values of one page each are put until the file grows, which it does only when no free page is left; then
/// they are deleted. Pages that a reader of an earlier moment may still see are not free yet. Used on one
/// thread, the state writer's.
final class FreePageFilling {
    /// Longer values stand in pages of their own; with LMDB's header it is exactly one.
    private static let value = [UInt8](repeating: 0, count: 4_096 - 16)
    private static let pagesOfAStep = 128
    /// Of more than this is not taken hold at once: 8 MiB.
    private static let most = 2_048

    /// What a transaction has freed is free for the next but one.
    private static let leastSteps = 3

    private var steps = 0
    private var sizeBefore: Int64?
    private var count = 0

    /// - Returns: pages that were filled; 0 when all are, and are free again.
    func step(
        _ records: SessionRecords, in file: String, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Int {
        steps += 1
        if steps <= Self.leastSteps { return try fill(1, records, &transaction) }
        let size = (try? Files.status(of: file))?.size ?? 0
        let before = sizeBefore ?? size
        sizeBefore = before
        guard size > before || count >= Self.most else {
            return try fill(Self.pagesOfAStep, records, &transaction)
        }
        // Those of a process that was killed too.
        var keys: [[UInt8]] = []
        try transaction.scan(in: records.filling) { entry in
            if entry.key.starts(with: Self.prefix) { keys.append(entry.key) }
            return true
        }
        for key in keys { try transaction.delete(key, in: records.filling) }
        (steps, sizeBefore, count) = (0, nil, 0)
        return 0
    }

    private func fill(
        _ pages: Int, _ records: SessionRecords, _ transaction: inout LMDBWriteTransaction
    ) throws(LMDBError) -> Int {
        for number in count..<(count + pages) {
            try transaction.put(Self.value, for: Self.key(number), in: records.filling)
        }
        count += pages
        return pages
    }

    private static let prefix = Array("free ".utf8)

    private static func key(_ number: Int) -> [UInt8] {
        let digits = String(number)
        return prefix + Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
    }
}
