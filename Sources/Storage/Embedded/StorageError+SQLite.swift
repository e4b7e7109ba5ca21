import Chat
import GRDB

extension StorageError {
    init(_ error: DatabaseError) {
        // https://www.sqlite.org/rescode.html
        let code: Code =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            // What cannot be read is not there: a bad sector, or a file that was cut off.
            case .SQLITE_IOERR where Self.readFailures.contains(error.extendedResultCode): .damaged
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            default: .failed
            }
        self.init(code, "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")")
    }

    private static let readFailures: [ResultCode] = [.SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ]

    init(wrapping error: any Error) {
        switch error {
        case let error as StorageError: self = error
        case let error as DatabaseError: self.init(error)
        default: self.init(.failed, "\(error)")
        }
    }

    /// Runs `body` and puts what it throws into our words.
    static func translating<Value>(_ body: () throws -> Value) throws(StorageError) -> Value {
        do {
            return try body()
        } catch {
            throw StorageError(wrapping: error)
        }
    }
}
