import CLinux
import Glibc

/// Signals as readable events (signalfd(2)) instead of interruptions.
///
/// Make it on the first thread before any other starts: the signals are blocked there, threads inherit that,
/// and a thread that did not would be killed by the first signal. The block lasts as long as the process.
package struct SignalDescriptor: ~Copyable, Sendable, Pollable {
    private let descriptor: OwnedDescriptor

    package init(_ signals: [Signal]) throws(IOError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.rawValue) }
        try SystemCall.check("pthread_sigmask") { pthread_sigmask(SIG_BLOCK, &set, nil) }
        let number = try SystemCall.perform("signalfd") { signalfd(-1, &set, securechat_signal_flags) }
        descriptor = OwnedDescriptor(owning: number)
    }

    package var pollNumber: Int32 { descriptor.number }

    /// The next signal that arrived; nil when there is none. One that came several times may count once.
    package borrowing func next() throws(IOError) -> Signal? {
        let number = descriptor.number
        var information = signalfd_siginfo()
        let count = try SystemCall.performUnlessBlocked("signalfd_read") {
            Glibc.read(number, &information, MemoryLayout<signalfd_siginfo>.size)
        }
        guard count != nil else { return nil }
        return Signal(rawValue: Int32(information.ssi_signo))
    }

    /// Sleeps until a signal arrives.
    /// - Returns: nil when the time ran out.
    package borrowing func wait(timeout: Duration?) throws(IOError) -> Signal? {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        let deadline = timeout.map { MonotonicClock.now() + $0 }
        while true {
            if let signal = try next() { return signal }
            let left = deadline.map { $0 - MonotonicClock.now() }
            if let left, left <= .zero { return nil }
            let milliseconds = left.map(\.wholeMilliseconds) ?? -1
            _ = try SystemCall.performUnlessInterrupted("poll") { poll(&entry, 1, milliseconds) }
        }
    }
}
