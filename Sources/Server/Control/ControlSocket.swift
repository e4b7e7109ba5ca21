import Foundation
import Native

/// What both ends of the control socket agree on: one JSON object a line, a request and then its answer.
package enum ControlSocket {
    /// A line's limit in bytes, either way. A page of people fits.
    package static let lineBytes = 1_024 * 1_024
    /// How long either end waits for the other's line.
    package static let patience = Duration.seconds(30)

    /// Reads up to the end of a line. `nil` when the other end closed, was too slow, or said too much.
    static func readLine(_ socket: borrowing StreamSocket) throws(IOError) -> [UInt8]? {
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
                guard left > .zero, try socket.wait(for: .read, timeout: left) else { return nil }
            }
        }
        return nil
    }

    /// False when the other end is gone or does not read.
    static func writeLine(_ line: [UInt8], to socket: borrowing StreamSocket) throws(IOError) -> Bool {
        let bytes = line + [UInt8(ascii: "\n")]
        var written = 0
        let deadline = MonotonicClock.now() + patience
        while written < bytes.count {
            switch try socket.write(bytes.span.extracting(droppingFirst: written)) {
            case .endOfFile: return false
            case .bytes(let count): written += count
            case .wouldBlock:
                let left = deadline - MonotonicClock.now()
                guard left > .zero, try socket.wait(for: .write, timeout: left) else { return false }
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
