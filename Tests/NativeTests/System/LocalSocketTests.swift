import Native
import Testing

struct LocalSocketTests {
    @Test func theListenerLearnsWhoConnects() throws {
        let directory = try TemporaryDirectory()
        let listener = try LocalListeningSocket(path: directory.file("control.sock"))
        let client = try StreamSocket.connect(toPath: listener.path)
        guard let server = try listener.accept() else {
            Issue.record("a UNIX connect waits in the queue at once")
            return
        }
        let credentials = try server.peerCredentials()
        #expect(
            credentials == PeerCredentials(process: CurrentProcess.number, account: CurrentProcess.account))
        #expect(try client.write([1, 2].span) == .bytes(2))
        let buffer = IOBuffer(capacity: 8)
        #expect(try server.read(into: buffer) == .bytes(2))
        #expect(try client.localAddress() == nil)
    }

    @Test func onlyTheOwnerMayConnect() throws {
        let directory = try TemporaryDirectory()
        let listener = try LocalListeningSocket(path: directory.file("control.sock"))
        let status = try #require(try Files.status(of: listener.path))
        #expect(status.kind == .socket)
        #expect(status.mode == 0o600)
    }

    @Test func aSocketLeftByADeadProcessIsReplacedAndOurOwnRemoved() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("control.sock")
        do {
            let first = try LocalListeningSocket(path: path)
            do {
                let second = try LocalListeningSocket(path: path)
                withExtendedLifetime(second) {}
            }
            #expect(try Files.status(of: path) == nil)
            let third = try LocalListeningSocket(path: path)
            first.forget()
            #expect(try Files.status(of: path)?.kind == .socket)
            withExtendedLifetime(third) {}
        }
        #expect(try Files.status(of: path) == nil)
    }

    @Test func aPathTooLongForTheKernelIsRefused() {
        #expect(throws: IOError.self) {
            _ = try LocalListeningSocket(path: "/tmp/" + String(repeating: "x", count: 200))
        }
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() throws {
        let directory = try TemporaryDirectory()
        try Files.writeAtomically(directory.file("control.sock"), [1], mode: 0o600)
        #expect { _ = try LocalListeningSocket(path: directory.file("control.sock")) } throws: { error in
            (error as? IOError)?.reason == .addressInUse
        }
        #expect(try Files.read(directory.file("control.sock"), limit: 1) == [1])
    }
}

extension LocalListeningSocket {
    /// Lets go of the listener here and now.
    fileprivate consuming func forget() {}
}
