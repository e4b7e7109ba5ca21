import Native
import Reactor

/// Notes what its loop tells it, and does what the test asks of it then.
final class RecordingApplication: LoopApplication {
    let context: LoopContext
    /// Notes go where the kernel's calls are noted too, when a test wants one order of both.
    var note: (String) -> Void = { _ in }
    private(set) var events: [String] = []
    private(set) var channels: [Channel] = []

    var onReceived: (Channel, [UInt8]) -> Void = { _, _ in }
    var onFlush: (Channel) -> Void = { _ in }
    var onLetters: ([Int]) -> Void = { _ in }
    var onClosed: (Channel) -> Void = { _ in }
    var onOpened: (Channel) -> Void = { _ in }
    var onDrain: () -> Void = {}
    var onDrained: (Channel) -> Void = { _ in }
    var onDeadline: (Channel) -> Void = { _ in }
    var onTooSlow: (Channel) -> Void = { _ in }

    init(_ context: LoopContext) { self.context = context }

    /// What the test asked for may hold the application itself.
    func forgetTest() {
        note = { _ in }
        onReceived = { _, _ in }
        onFlush = { _ in }
        onLetters = { _ in }
        onClosed = { _ in }
        onOpened = { _ in }
        onDrain = {}
        onDrained = { _ in }
        onDeadline = { _ in }
        onTooSlow = { _ in }
    }

    func takeEvents() -> [String] {
        defer { events = [] }
        return events
    }

    private func record(_ event: String) {
        events.append(event)
        note(event)
    }

    private func number(_ channel: Channel) -> Int { channels.firstIndex { $0 === channel } ?? -1 }

    func channelOpened(_ channel: Channel) {
        channels.append(channel)
        record("opened \(number(channel))")
        onOpened(channel)
    }

    func channelReceived(_ channel: Channel, _ bytes: Span<UInt8>) {
        let bytes = (0..<bytes.count).map { bytes[$0] }
        record("received \(number(channel)): \(bytes.count)")
        onReceived(channel, bytes)
    }

    func channelWillFlush(_ channel: Channel) {
        record("flush \(number(channel))")
        onFlush(channel)
    }

    func channelDrained(_ channel: Channel) {
        record("drained \(number(channel))")
        onDrained(channel)
    }

    func channelDeadline(_ channel: Channel, now: Instant) {
        record("deadline \(number(channel))")
        onDeadline(channel)
    }

    func channelTooSlow(_ channel: Channel) {
        record("too slow \(number(channel))")
        onTooSlow(channel)
    }

    func channelClosed(_ channel: Channel, _ reason: CloseReason) {
        record("closed \(number(channel)): \(reason)")
        onClosed(channel)
    }

    func received(_ letters: [Int], now: Instant) {
        record("letters \(letters.count)")
        onLetters(letters)
    }

    func inputEnded(now: Instant) { note("input ended") }
    func turnEnded(now: Instant) { note("turn ended") }
    func deadlineReached(now: Instant) { record("loop's deadline") }

    func drainBegan() {
        record("drain began")
        onDrain()
    }

    func acceptFailed(_ error: IOError) { record("accept failed: \(error.reason)") }
}
