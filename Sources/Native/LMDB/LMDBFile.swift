/// Looks through an environment's file before LMDB maps it.
///
/// LMDB has no checksums and trusts what it finds: a page that lies beyond the file's end kills the process,
/// and a damaged one may. So all pages that can be reached from the newest meta page are read once, by
/// ordinary reads, and held against the format of LMDB 0.9 (lmdb.h and mdb.c, "Page Flags", MDB_page,
/// MDB_node, MDB_meta). The file's length alone does not tell: pages that a transaction took and gave back at
/// the end of the file may never have been written.
package enum LMDBFile {
    package enum Condition: Equatable, Sendable {
        /// Not there, or empty: LMDB will make it.
        case new
        case sound
        /// What was found first.
        case damaged(String)
    }

    /// Of the file in the environment's `directory`. Reads the whole of it once.
    package static func condition(inDirectory directory: String) throws(IOError) -> Condition {
        let path = directory + "/data.mdb"
        guard let status = try Files.status(of: path), status.size > 0 else { return .new }
        let file = try Files.open(path, .reading)
        var reader = LMDBPageReader(file: file, fileBytes: Int(status.size))
        do throws(LMDBFinding) {
            try reader.checkAll()
            return .sound
        } catch {
            switch error {
            case .damage(let what): return .damaged(what)
            case .unreadable(let error): throw error
            }
        }
    }
}

/// Why a walk through the file ended early.
enum LMDBFinding: Error {
    case damage(String)
    case unreadable(IOError)
}
