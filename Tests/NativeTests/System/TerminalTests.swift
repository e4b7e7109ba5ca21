import Glibc
import Native
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TerminalTests {
    @Test(arguments: [
        ("geheim\n", Terminal.Answer.typed(Array("geheim".utf8))),
        ("geheim\r", .typed(Array("geheim".utf8))),
        ("\n", .typed([])),
        ("ab\u{7f}c\n", .typed(Array("ac".utf8))),
        ("aé\u{8}b\n", .typed(Array("ab".utf8))),
        ("\u{7f}a\n", .typed(Array("a".utf8))),
        ("wrong\u{15}right\n", .typed(Array("right".utf8))),
        ("abc\u{3}", .cancelled),
        ("\u{4}", .cancelled),
        ("abc\u{4}", .typed(Array("abc".utf8))),
        ("12345678more\n", .typed(Array("12345678".utf8))),
    ])
    func aSecretIsReadKeyByKey(keys: String, answer: Terminal.Answer) throws {
        let keyboard = try Keyboard()
        let terminal = try Terminal(path: keyboard.path)
        try keyboard.type(keys)
        #expect(try terminal.askSecret("Password: ", limit: 8) == answer)
        #expect(try keyboard.screen(12) == "Password: \r\n")
    }

    @Test func theTerminalIsPutBack() throws {
        let keyboard = try Keyboard()
        do {
            let terminal = try Terminal(path: keyboard.path)
            withExtendedLifetime(terminal) {}
        }
        try keyboard.type("shown")
        #expect(try keyboard.screen(5) == "shown")
    }

    @Test func whatIsNoTerminalIsRefused() {
        #expect(throws: IOError.self) { _ = try Terminal(path: "/dev/null") }
    }

    @Test func theEnvironmentIsReadByName() {
        #expect(CurrentProcess.environment["PATH"]?.isEmpty == false)
        #expect(CurrentProcess.environment["NO_SUCH_VARIABLE_HERE"] == nil)
    }
}

/// The other side of a pseudo-terminal (pty(7)): types and sees what a person would.
private struct Keyboard: ~Copyable {
    let path: String
    private let descriptor: OwnedDescriptor
    /// Without an open line the other side is hung up.
    private let held: OwnedDescriptor

    init() throws {
        let number = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(number >= 0)
        let descriptor = OwnedDescriptor(owning: number)
        // TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)): macros that Swift does not import.
        var locked: Int32 = 0
        var line: Int32 = 0
        let unlocking = unsafe ioctl(number, 0x4004_5431, &locked)
        let naming = unsafe ioctl(number, 0x8004_5430, &line)
        try #require(unlocking == 0 && naming == 0)
        let path = "/dev/pts/\(line)"
        let held = unsafe open(path, O_RDWR | O_NOCTTY)
        try #require(held >= 0)
        self.held = OwnedDescriptor(owning: held)
        self.descriptor = descriptor
        self.path = path
    }

    borrowing func type(_ keys: String) throws {
        let bytes = Array(keys.utf8)
        #expect(try descriptor.write(bytes.span) == .bytes(bytes.count))
    }

    /// The next bytes that are shown; waits for as many.
    borrowing func screen(_ count: Int) throws -> String {
        let buffer = IOBuffer(capacity: 256)
        while buffer.count < count { _ = try descriptor.read(into: buffer) }
        return String(decoding: bytes(of: buffer), as: UTF8.self)
    }
}
