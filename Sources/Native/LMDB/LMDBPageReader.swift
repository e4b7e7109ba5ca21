import Glibc

/// Walks the trees of an LMDB file by ordinary reads, and throws at the first thing that is not as it must
/// be.
struct LMDBPageReader: ~Copyable {
    // mdb.c, LMDB 0.9, on a 64-bit machine: MDB_page's header, MDB_node's header, MDB_db, and MDB_meta within
    // its page.
    private static let headerBytes = 16
    private static let nodeHeaderBytes = 8
    private static let databaseBytes = 48
    private static let magic: UInt64 = 0xbeef_c0de
    private static let formatVersion: UInt64 = 1
    private static let noPage = UInt64.max
    private static let maxDepth = 32

    private enum PageFlag {
        static let branch: UInt64 = 0x01
        static let leaf: UInt64 = 0x02
        static let overflow: UInt64 = 0x04
        static let meta: UInt64 = 0x08
    }

    private enum NodeFlag {
        static let bigData: UInt64 = 0x01
        static let subDatabase: UInt64 = 0x02
    }

    private struct Meta {
        let transaction: UInt64
        let lastPage: UInt64
        let roots: [UInt64]
    }

    private let file: OwnedDescriptor
    private let fileBytes: Int
    private var pageBytes = 4_096
    private var lastPage: UInt64 = 0
    private var visited: UInt64 = 0

    init(file: consuming OwnedDescriptor, fileBytes: Int) {
        self.file = file
        self.fileBytes = fileBytes
    }

    mutating func checkAll() throws(LMDBFinding) {
        let first = try bytes(at: 0, count: 512)
        // The page size stands in the otherwise unused first field of the free list's description.
        pageBytes = Int(number(first, 40, 4))
        guard (512...65_536).contains(pageBytes), pageBytes.nonzeroBitCount == 1 else {
            throw LMDBFinding.damage("a page size of \(pageBytes)")
        }
        let metas = [try meta(in: first), try meta(in: bytes(at: pageBytes, count: 512))]
        let newest = metas[0].transaction >= metas[1].transaction ? metas[0] : metas[1]
        lastPage = newest.lastPage
        for root in newest.roots { try checkTree(root, depth: 0) }
    }

    private func meta(in page: [UInt8]) throws(LMDBFinding) -> Meta {
        guard number(page, 10, 2) & PageFlag.meta != 0 else {
            throw LMDBFinding.damage("a meta page that is none")
        }
        guard number(page, 16, 4) == Self.magic else {
            throw LMDBFinding.damage("a meta page without its mark")
        }
        guard number(page, 20, 4) == Self.formatVersion else { throw LMDBFinding.damage("another format") }
        return Meta(
            transaction: number(page, 144, 8), lastPage: number(page, 136, 8),
            roots: [number(page, 80, 8), number(page, 128, 8)])
    }

    private mutating func checkTree(_ page: UInt64, depth: Int) throws(LMDBFinding) {
        if page == Self.noPage { return }
        guard depth < Self.maxDepth else { throw LMDBFinding.damage("a tree too deep") }
        let bytes = try self.page(page)
        let flags = number(bytes, 10, 2)
        let lower = Int(number(bytes, 12, 2))
        guard lower >= Self.headerBytes, lower <= pageBytes, Int(number(bytes, 14, 2)) <= pageBytes else {
            throw LMDBFinding.damage("page \(page) has impossible bounds")
        }
        for index in 0..<(lower - Self.headerBytes) / 2 {
            let offset = Int(number(bytes, Self.headerBytes + 2 * index, 2))
            guard offset >= lower, offset + Self.nodeHeaderBytes <= pageBytes else {
                throw LMDBFinding.damage("page \(page) has an entry out of bounds")
            }
            if flags & PageFlag.branch != 0 {
                let child = number(bytes, offset, 4) | number(bytes, offset + 4, 2) << 32
                try checkTree(child, depth: depth + 1)
            } else if flags & PageFlag.leaf != 0 {
                try checkLeaf(bytes, page: page, offset: offset, depth: depth)
            } else {
                throw LMDBFinding.damage("page \(page) is neither branch nor leaf")
            }
        }
    }

    private mutating func checkLeaf(_ bytes: [UInt8], page: UInt64, offset: Int, depth: Int)
        throws(LMDBFinding)
    {
        let flags = number(bytes, offset + 4, 2)
        let data = offset + Self.nodeHeaderBytes + Int(number(bytes, offset + 6, 2))
        let length = Int(number(bytes, offset, 4))
        let isElsewhere = flags & NodeFlag.bigData != 0
        guard data + (isElsewhere ? 8 : length) <= pageBytes else {
            throw LMDBFinding.damage("page \(page) has an entry longer than itself")
        }
        if isElsewhere {
            try checkOverflow(number(bytes, data, 8), length: length)
        } else if flags & NodeFlag.subDatabase != 0 {
            guard length == Self.databaseBytes else {
                throw LMDBFinding.damage("page \(page) describes no database")
            }
            try checkTree(number(bytes, data + 40, 8), depth: depth + 1)
        }
    }

    private mutating func checkOverflow(_ first: UInt64, length: Int) throws(LMDBFinding) {
        let header = try page(first)
        let pages = number(header, 12, 4)
        guard number(header, 10, 2) & PageFlag.overflow != 0, pages >= 1, pages <= lastPage,
            Int(pages) * pageBytes - Self.headerBytes >= length
        else { throw LMDBFinding.damage("page \(first) holds no long value") }
        _ = try page(first + pages - 1, isWithinRun: true)
    }

    /// Within the file, in its place, and not visited more often than there are pages.
    private mutating func page(_ page: UInt64, isWithinRun: Bool = false) throws(LMDBFinding) -> [UInt8] {
        visited += 1
        guard page >= 2, page <= lastPage, visited <= 2 * lastPage else {
            throw LMDBFinding.damage("a reference to page \(page) of \(lastPage)")
        }
        let bytes = try bytes(at: Int(page) * pageBytes, count: pageBytes)
        guard isWithinRun || number(bytes, 0, 8) == page else {
            throw LMDBFinding.damage("page \(page) is another one")
        }
        return bytes
    }

    private func bytes(at offset: Int, count: Int) throws(LMDBFinding) -> [UInt8] {
        guard offset + count <= fileBytes else {
            throw LMDBFinding.damage("the file ends at \(fileBytes), before byte \(offset + count)")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        let number = file.number
        let result: Int
        do throws(IOError) {
            result = try SystemCall.perform("pread") { pread(number, &bytes, count, offset) }
        } catch {
            throw LMDBFinding.unreadable(error)
        }
        guard result == count else { throw LMDBFinding.damage("the file ends early") }
        return bytes
    }

    /// Little-endian, as on every machine that Debian runs this on.
    private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
