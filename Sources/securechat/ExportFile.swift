import Native

/// Where an export goes: the output, or a new file that is there under its name only when it is whole and on
/// the disk, readable for its owner alone. A file that is there already is left as it is. Command's thread
/// only.
final class ExportFile {
    private static let gatheredBytes = 256 * 1_024

    private var file: NewFile?
    private let isOutput: Bool
    private var gathered: [UInt8] = []
    /// Written so far.
    private(set) var lines = 0

    /// - Parameter path: `nil` for the output.
    init(_ path: String?) throws {
        isOutput = path == nil
        if let path { file = try NewFile(path: path, mode: 0o600) } else { file = nil }
    }

    /// - Parameter line: with its end.
    func write(_ line: [UInt8]) throws {
        gathered += line
        lines += 1
        if gathered.count >= Self.gatheredBytes { try flush() }
    }

    func write(_ line: String) throws { try write(Array((line + "\n").utf8)) }

    /// Everything is written.
    func finish() throws {
        try flush()
        guard let file = file.take() else { return }
        try file.place()
    }

    private func flush() throws {
        if isOutput {
            Console.write(gathered)
        } else {
            try file?.write(gathered)
        }
        gathered.removeAll(keepingCapacity: true)
    }
}
