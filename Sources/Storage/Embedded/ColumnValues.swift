import Chat
import Foundation
import GRDB

// How the chat's values stand in columns: identifiers and digests as their bytes, times in milliseconds.

extension Identifier {
    var data: Data { Data(bytes) }
}

extension Digest {
    var data: Data { Data(bytes) }
}

extension Row {
    func identifier<Subject>(_ column: Int) throws(StorageError) -> Identifier<Subject> {
        guard let data: Data = self[column], let identifier = Identifier<Subject>(bytes: [UInt8](data)) else {
            throw StorageError(.damaged, "column \(column) of a row of chat.db holds no identifier")
        }
        return identifier
    }

    func digest(_ column: Int) throws(StorageError) -> Digest {
        guard let data: Data = self[column], let digest = Digest(bytes: [UInt8](data)) else {
            throw StorageError(.damaged, "column \(column) of a row of chat.db holds no digest")
        }
        return digest
    }

    func timestamp(_ column: Int) -> Timestamp { Timestamp(milliseconds: self[column]) }

    func name(_ column: Int, unique: Int) -> Name? {
        guard let displayed: String = self[column], let unique: String = self[unique] else { return nil }
        return Name(displayed: displayed, unique: unique)
    }
}
