import Chat
import Foundation
import Native

/// The second line of a snapshot's file: what must be known before it can be read.
package struct SnapshotHeader: Codable, Hashable, Sendable {
    package let format: Int
    package let program: String
    /// The public key that it is signed with, hexadecimal.
    package let key: String
    /// How it is encrypted; `nil` when it is not.
    package let lock: SnapshotLock.Notice?

    package init(program: String, key: [UInt8], lock: SnapshotLock.Notice? = nil) {
        format = SnapshotForm.format
        self.program = program
        self.key = Hex.text(key)
        self.lock = lock
    }

    var encoded: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return SnapshotForm.mark + Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }
}

extension SnapshotHeader {
    /// - Throws: `.newer` for a form that this version does not know.
    init(line: [UInt8]) throws(SnapshotError) {
        let decoder = JSONDecoder()
        guard let form = try? decoder.decode(Form.self, from: Data(line)) else {
            throw SnapshotError(.damaged, "its header cannot be read")
        }
        guard form.format <= SnapshotForm.format else {
            throw SnapshotError(
                .newer, "it has format \(form.format); this version knows \(SnapshotForm.format)")
        }
        guard form.format >= 1, let header = try? decoder.decode(Self.self, from: Data(line)) else {
            throw SnapshotError(.damaged, "its header cannot be read")
        }
        self = header
    }

    /// What every format has.
    private struct Form: Decodable {
        let format: Int
    }
}
