import Glibc

/// The person's terminal (tty(4)), for a command that asks a secret.
///
/// While this value lives, what is typed is not shown and no key raises a signal; the terminal is put back
/// when it ends. Used by one thread.
package struct Terminal: ~Copyable {
    /// How asking ended.
    package enum Answer: Equatable, Sendable {
        case typed([UInt8])
        /// Control-C, or the end of the input with nothing typed.
        case cancelled
    }

    private let descriptor: OwnedDescriptor
    private let before: termios

    /// - Parameter path: the process's own terminal, even when its input is a pipe.
    /// - Throws: ENXIO where there is none.
    package init(path: String = "/dev/tty") throws(IOError) {
        let descriptor = try Files.open(path, .talking)
        let number = descriptor.number
        var mode = termios()
        _ = try SystemCall.perform("tcgetattr", on: path) { tcgetattr(number, &mode) }
        let before = mode
        // Key by key, so that control-C can put the terminal back before anything else happens.
        mode.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        _ = try SystemCall.perform("tcsetattr", on: path) { tcsetattr(number, TCSAFLUSH, &mode) }
        self.descriptor = descriptor
        self.before = before
    }

    /// Whether the process has one, without changing anything about it.
    package static func isThere(path: String = "/dev/tty") -> Bool {
        do throws(IOError) {
            _ = try Files.open(path, .talking)
            return true
        } catch {
            return false
        }
    }

    deinit {
        var mode = before
        _ = tcsetattr(descriptor.number, TCSAFLUSH, &mode)
    }

    /// As `askSecret`, with what is typed to be seen.
    package borrowing func ask(_ prompt: String, limit: Int = 1024) throws(IOError) -> Answer {
        _ = try descriptor.write(Array(prompt.utf8).span)
        let answer = try readLine(limit, isShown: true)
        _ = try descriptor.write([UInt8(ascii: "\n")].span)
        return answer
    }

    /// Shows a prompt and reads one line. Backspace takes back a character, control-U the line.
    /// - Parameter limit: bytes; what is typed beyond is ignored.
    package borrowing func askSecret(_ prompt: String, limit: Int = 1024) throws(IOError) -> Answer {
        _ = try descriptor.write(Array(prompt.utf8).span)
        let answer = try readLine(limit, isShown: false)
        _ = try descriptor.write([UInt8(ascii: "\n")].span)
        return answer
    }

    private borrowing func readLine(_ limit: Int, isShown: Bool) throws(IOError) -> Answer {
        let key = IOBuffer(capacity: 1)
        var line: [UInt8] = []
        while true {
            key.clear()
            guard try descriptor.read(into: key) != .endOfFile else {
                return line.isEmpty ? .cancelled : .typed(line)
            }
            switch key.span[0] {
            case 3: return .cancelled
            case 4: return line.isEmpty ? .cancelled : .typed(line)
            case 10, 13: return .typed(line)
            case 21:
                line.removeAll()
                if isShown { _ = try descriptor.write(Array("\r\u{1b}[K".utf8).span) }
            case 8, 127:
                guard !line.isEmpty else { continue }
                // A character of UTF-8 is one byte that begins it and any number that go on.
                while let last = line.popLast(), last & 0xc0 == 0x80 {}
                if isShown { _ = try descriptor.write([8, 32, 8].span) }
            case let byte where line.count < limit:
                line.append(byte)
                if isShown { _ = try descriptor.write([byte].span) }
            case _: continue
            }
        }
    }
}
