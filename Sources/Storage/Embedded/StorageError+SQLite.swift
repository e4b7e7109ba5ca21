import Chat
import GRDB

extension StorageError {
    init(_ error: DatabaseError) {
        // https://www.sqlite.org/rescode.html
        let code: Code =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            default: .failed
            }
        self.init(code, "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")")
    }

    /// Runs `body` and puts what it throws into our words.
    static func translating<Value>(_ body: () throws -> Value) throws(StorageError) -> Value {
        do {
            return try body()
        } catch let error as StorageError {
            throw error
        } catch let error as DatabaseError {
            throw StorageError(error)
        } catch {
            throw StorageError(.failed, "\(error)")
        }
    }
}
