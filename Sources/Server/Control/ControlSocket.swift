import Foundation
import Native

/// What both ends of the control socket agree on: one JSON object a line, a request and then its answer.
package enum ControlSocket {
    /// A line's limit in bytes, either way. A page of people fits.
    package static let lineBytes = 1_024 * 1_024
    /// How long the asker waits: the answer may stand behind a sync.
    package static let patience = Duration.seconds(30)
    /// How long the server waits for a request, which is written at once: it serves one asker at a time.
    package static let requestPatience = Duration.seconds(2)

    /// Reads up to the end of a line. `nil` when the other end closed, was too slow, or said too much, or
    /// `stopped` was signalled.
    static func readLine(
        _ socket: borrowing StreamSocket, patience: Duration = patience, unless stopped: WakeUp? = nil
    ) throws(IOError) -> [UInt8]? {
        let buffer = IOBuffer(capacity: 64 * 1_024)
        var line: [UInt8] = []
        let deadline = MonotonicClock.now() + patience
        while line.count < lineBytes {
            buffer.clear()
            switch try socket.read(into: buffer) {
            case .endOfFile: return nil
            case .bytes:
                for index in buffer.span.indices {
                    if buffer.span[index] == UInt8(ascii: "\n") { return line }
                    line.append(buffer.span[index])
                }
            case .wouldBlock:
                let left = deadline - MonotonicClock.now()
                guard left > .zero, try socket.wait(for: .read, timeout: left, unless: stopped) else {
                    return nil
                }
            }
        }
        return nil
    }

    /// False when the other end is gone or does not read, or `stopped` was signalled.
    static func writeLine(
        _ line: [UInt8], to socket: borrowing StreamSocket, unless stopped: WakeUp? = nil
    ) throws(IOError) -> Bool {
        let bytes = line + [UInt8(ascii: "\n")]
        var written = 0
        let deadline = MonotonicClock.now() + patience
        while written < bytes.count {
            switch try socket.write(bytes.span.extracting(droppingFirst: written)) {
            case .endOfFile: return false
            case .bytes(let count): written += count
            case .wouldBlock:
                let left = deadline - MonotonicClock.now()
                guard left > .zero, try socket.wait(for: .write, timeout: left, unless: stopped) else {
                    return false
                }
            }
        }
        return true
    }

    static func encode(_ value: some Encodable) -> [UInt8]? {
        (try? JSONEncoder().encode(value)).map { Array($0) }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
