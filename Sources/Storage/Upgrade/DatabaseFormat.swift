import Chat
import GRDB
import Native

/// How far a database has come in the steps of its form, as its file says itself. A value.
///
/// The steps that were taken stand in the table `grdb_migrations`, and the name of each begins with its
/// number: the greatest is the file's format. So a version reads it of files that are newer than itself, too.
struct DatabaseFormat: Hashable, Sendable {
    /// By their names.
    let steps: Set<String>

    var number: Int { steps.map(Self.number).max() ?? 0 }

    static func number(of step: String) -> Int { Int(step.prefix { $0.isASCII && $0.isNumber }) ?? 0 }

    /// `nil` where nothing was made yet.
    init?(_ database: Database) throws {
        guard try database.tableExists("grdb_migrations") else { return nil }
        steps = Set(try String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations"))
        if steps.isEmpty { return nil }
    }

    /// Looks into a file that nobody else has open. Neither it nor its log is written to; only where there is
    /// a log, SQLite makes its index of it anew.
    /// - Returns: `nil` when there is no file, or nothing of ours in it.
    static func look(into path: String) throws(StorageError) -> DatabaseFormat? {
        let (size, log) = try StorageError.translatingFiles { () throws(IOError) in
            (try Files.status(of: path)?.size ?? 0, try Files.status(of: path + "-wal")?.size ?? 0)
        }
        guard size > 0 else { return nil }
        return try StorageError.translating {
            var configuration = Configuration()
            configuration.readonly = true
            let connection = try DatabaseQueue(
                path: log > 0 ? path : unchanging(path), configuration: configuration)
            let format = try connection.read { database in try DatabaseFormat(database) }
            try connection.close()
            return format
        }
    }

    /// The name under which SQLite takes a file for one that never changes
    /// (https://www.sqlite.org/uri.html): it makes no files beside it, and forgets none there.
    private static func unchanging(_ path: String) -> String {
        let plain = Array("/-._~".utf8)
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in path.utf8 {
            let isPlain = plain.contains(byte) || byte < 128 && Character(Unicode.Scalar(byte)).isLetter
            if isPlain || (48...57).contains(byte) {
                escaped.append(byte)
            } else {
                escaped += [37, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return "file:" + String(decoding: escaped, as: UTF8.self) + "?mode=ro&immutable=1"
    }
}
