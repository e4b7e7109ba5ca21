#if DEBUG
import Native
import Testing

/// The rules by which error numbers are read, row by row: what is forced on which call, and what the caller
/// sees.
struct SystemCallTests {
    enum Outcome: Equatable, Sendable {
        case done
        case wouldBlock
        case thrown(IOError.Reason)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let call: String
        let code: FaultPlan.Code
        let outcome: Outcome

        var testDescription: String { "\(call) \(code) \(outcome)" }
    }

    static let rows = [
        Row(call: "recv", code: .interrupted, outcome: .done),
        Row(call: "recv", code: .wouldBlock, outcome: .wouldBlock),
        Row(call: "recv", code: .connectionReset, outcome: .thrown(.connectionLost)),
        Row(call: "recv", code: .noMemory, outcome: .thrown(.outOfResources)),
        Row(call: "send", code: .interrupted, outcome: .done),
        Row(call: "send", code: .wouldBlock, outcome: .wouldBlock),
        Row(call: "send", code: .brokenPipe, outcome: .thrown(.connectionLost)),
        Row(call: "send", code: .noBuffers, outcome: .thrown(.outOfResources)),
        Row(call: "open", code: .interrupted, outcome: .done),
        Row(call: "open", code: .tooManyFiles, outcome: .thrown(.outOfResources)),
        Row(call: "open", code: .tooManyFilesInSystem, outcome: .thrown(.outOfResources)),
        Row(call: "open", code: .notPermitted, outcome: .thrown(.notPermitted)),
        Row(call: "read", code: .interrupted, outcome: .done),
        Row(call: "read", code: .inputOutput, outcome: .thrown(.other)),
        Row(call: "write", code: .interrupted, outcome: .done),
        Row(call: "write", code: .noSpace, outcome: .thrown(.outOfSpace)),
        Row(call: "write", code: .readOnly, outcome: .thrown(.notPermitted)),
        Row(call: "fsync", code: .interrupted, outcome: .done),
        Row(call: "fsync", code: .inputOutput, outcome: .thrown(.other)),
        Row(call: "epoll_create1", code: .tooManyFiles, outcome: .thrown(.outOfResources)),
        Row(call: "epoll_ctl", code: .noMemory, outcome: .thrown(.outOfResources)),
        Row(call: "epoll_wait", code: .interrupted, outcome: .done),
        Row(call: "eventfd", code: .tooManyFiles, outcome: .thrown(.outOfResources)),
        Row(call: "eventfd_write", code: .interrupted, outcome: .done),
        Row(call: "eventfd_read", code: .interrupted, outcome: .done),
        Row(call: "socket", code: .tooManyFiles, outcome: .thrown(.outOfResources)),
        Row(call: "bind", code: .interrupted, outcome: .done),
        Row(call: "connect", code: .interrupted, outcome: .done),
        Row(call: "connect", code: .inProgress, outcome: .done),
        Row(call: "accept4", code: .interrupted, outcome: .done),
        Row(call: "accept4", code: .tooManyFiles, outcome: .thrown(.outOfResources)),
    ]

    @Test(arguments: rows, [1, 5])
    func anErrorNumberIsReadByTheRules(row: Row, times: Int) throws {
        let fixture = try Fixture()
        let outcome = FaultPlan.force(row.code, on: row.call, times: times) { fixture.perform(row.call) }
        #expect(outcome == row.outcome)
    }

    /// A forced fault strikes as often as asked, and the call itself works again afterwards.
    @Test(arguments: rows)
    func afterAFaultTheCallGoesThrough(row: Row) throws {
        let fixture = try Fixture()
        _ = FaultPlan.force(row.code, on: row.call) { fixture.perform(row.call) }
        let second = try Fixture()
        #expect(second.perform(row.call) == .done)
    }

    @Test func anotherThreadIsNotStruck() throws {
        let threw = Counter()
        try FaultPlan.force(.tooManyFiles, on: "eventfd") {
            let thread = try Thread.start(name: "bystander") {
                do { _ = try WakeUp() } catch { threw.increment() }
            }
            thread.join()
        }
        #expect(threw.value == 0)
    }

    @Test func threadsOfANameAreStruckWhereverTheyRun() throws {
        let threw = Counter()
        let victim = FaultPlan.Victim.threads(named: "the chosen victim thread")
        try FaultPlan.force(.tooManyFiles, on: "eventfd", victim: victim) {
            let thread = try Thread.start(name: "the chosen victim thread") {
                do { _ = try WakeUp() } catch { threw.increment() }
            }
            thread.join()
        }
        #expect(threw.value == 1)
    }

    @Test func aBadDescriptorIsOurOwnBug() async {
        await #expect(processExitsWith: .failure) {
            let pair = try ConnectedPair()
            try FaultPlan.force(.badDescriptor, on: "send") { _ = try pair.client.write([1].span) }
        }
    }

    @Test func aBadAddressIsOurOwnBug() async {
        await #expect(processExitsWith: .failure) {
            try FaultPlan.force(.badAddress, on: "open") { _ = try Files.read("/dev/null", limit: 1) }
        }
    }

    @Test func anErrorReadsLikeItsManualPage() {
        let error = IOError(code: FaultPlan.Code.tooManyFiles.number, operation: "accept4")
        #expect(error.description == "accept4: Too many open files (EMFILE)")
        #expect(IOError(code: 9_999, operation: "open").description == "open: error 9999")
    }
}

/// Something for every call of the table to work on, prepared before the fault is planned.
private struct Fixture: ~Copyable {
    let pair = Result { try SocketBox() }
    let directory: TemporaryDirectory
    let listener: ListeningSocket
    let epoll: Epoll
    let wakeUp: WakeUp
    let waiting: StreamSocket

    init() throws {
        let directory = try TemporaryDirectory()
        try Files.writeAtomically(directory.file("file"), [1, 2, 3], mode: 0o600)
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let waiting = try StreamSocket.connect(to: listener.address)
        try #require(try waiting.wait(for: .write, timeout: .seconds(10)))
        let epoll = try Epoll()
        wakeUp = try WakeUp()
        self.epoll = epoll
        self.directory = directory
        self.listener = listener
        self.waiting = waiting
    }

    /// Uses the API that makes the named call.
    borrowing func perform(_ call: String) -> SystemCallTests.Outcome {
        do {
            return try use(call)
        } catch let error as IOError {
            return .thrown(error.reason)
        } catch {
            Issue.record(error)
            return .done
        }
    }

    private borrowing func use(_ call: String) throws -> SystemCallTests.Outcome {
        let buffer = IOBuffer(capacity: 16)
        var events = EpollEvents(capacity: 1)
        switch call {
        case "recv": return try pair.get().receive(into: buffer) == .wouldBlock ? .wouldBlock : .done
        case "send": return try pair.get().pair.client.write([1].span) == .wouldBlock ? .wouldBlock : .done
        case "open", "read": _ = try Files.read(directory.file("file"), limit: 100)
        case "write", "fsync": try Files.writeAtomically(directory.file("file"), [4], mode: 0o600)
        case "epoll_create1": _ = try Epoll()
        case "epoll_ctl": try epoll.add(wakeUp, token: 1, interest: .read)
        case "epoll_wait": try epoll.wait(into: &events, timeout: .zero)
        case "eventfd": _ = try WakeUp()
        case "eventfd_write": wakeUp.signal()
        case "eventfd_read": wakeUp.clear()
        case "socket", "bind": _ = try ListeningSocket(address: .loopback, port: 0)
        case "connect": _ = try StreamSocket.connect(to: listener.address)
        case "accept4": _ = try accepted(by: listener)
        default: Issue.record("no use of \(call)")
        }
        return .done
    }
}

/// A connected pair with one byte on its way to the server.
private final class SocketBox {
    let pair: ConnectedPair

    init() throws {
        pair = try ConnectedPair()
        _ = try pair.client.write([9].span)
        try #require(try pair.server.wait(for: .read, timeout: .seconds(10)))
    }

    func receive(into buffer: IOBuffer) throws(IOError) -> IOResult { try pair.server.read(into: buffer) }
}
#endif
