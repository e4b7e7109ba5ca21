import Foundation

/// A file of lines, read piece by piece: in memory is one line at a time.
struct LineFile {
    /// `nil` is the program's input.
    let path: String?
    /// A longer line is cut there, and is none that anybody reads.
    static let lineBytes = 1_024 * 1_024
    private static let pieceBytes = 64 * 1_024

    /// Without their ends; a last line without one counts too.
    func forEachLine(_ body: ([UInt8]) throws -> Void) throws {
        let file: FileHandle
        if let path {
            guard let opened = FileHandle(forReadingAtPath: path) else {
                throw CommandFailure("\(path) cannot be read")
            }
            file = opened
        } else {
            file = .standardInput
        }
        var line: [UInt8] = []
        while let piece = try file.read(upToCount: Self.pieceBytes), !piece.isEmpty {
            for byte in piece {
                if byte == UInt8(ascii: "\n") {
                    try body(line)
                    line.removeAll(keepingCapacity: true)
                } else if line.count < Self.lineBytes {
                    line.append(byte)
                }
            }
        }
        if !line.isEmpty { try body(line) }
    }
}
