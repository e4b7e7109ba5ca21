/// What a loop knows of one edge-triggered descriptor: the owner of readiness.
///
/// Loop thread only, owned by one `Channel`. epoll reports an edge once (epoll(7)), so whoever stops before
/// the kernel said "would block" must remember that there is more. This value remembers, and it alone decides
/// whether the loop may sleep. TLS holds no readable bytes between turns, because a session consumes all it
/// is given: there is no flag for it.
package struct Readiness: Equatable, Sendable {
    /// An edge came, and the kernel has not said since that there is nothing left.
    package private(set) var mayRead: Bool
    package private(set) var mayWrite: Bool
    /// The peer has finished its half. A short read then does not mean that the descriptor is drained: the
    /// end of the stream is still to be read, and no further edge announces it.
    package private(set) var peerFinished: Bool
    /// Both directions are over, or the socket holds an error.
    package private(set) var isBroken = false
    /// The owner wants bytes: not paused and not closing.
    package private(set) var wantsRead: Bool
    /// The owner has a backlog.
    package private(set) var wantsWrite: Bool

    package init(
        mayRead: Bool = false, mayWrite: Bool = false, peerFinished: Bool = false, wantsRead: Bool = true,
        wantsWrite: Bool = false
    ) {
        self.mayRead = mayRead
        self.mayWrite = mayWrite
        self.peerFinished = peerFinished
        self.wantsRead = wantsRead
        self.wantsWrite = wantsWrite
    }

    package var shouldRead: Bool { mayRead && wantsRead }
    package var shouldWrite: Bool { mayWrite && wantsWrite }
    /// Whether the kernel will say when there is something to do; if not, the loop must come back by itself.
    package var maySleep: Bool { !shouldRead && !shouldWrite }

    // MARK: what the kernel says

    package mutating func edge(
        readable: Bool, writable: Bool, peerFinished finished: Bool, broken: Bool = false
    ) {
        if readable || finished || broken { mayRead = true }
        if writable || broken { mayWrite = true }
        if finished || broken { peerFinished = true }
        if broken { isBroken = true }
    }

    /// A read took `count` bytes of at most `capacity`. A read that did not fill its buffer has drained a
    /// stream socket (epoll(7), "Do I need to continuously read/write"): the call that would only say "would
    /// block" is saved.
    package mutating func didRead(_ count: Int, of capacity: Int) {
        if count < capacity && !peerFinished { mayRead = false }
    }

    package mutating func readWouldBlock() { mayRead = false }

    /// A write took `count` of `offered` bytes; less than all means that the socket's buffer is full.
    package mutating func didWrite(_ count: Int, of offered: Int) {
        if count < offered { mayWrite = false }
    }

    package mutating func writeWouldBlock() { mayWrite = false }

    // MARK: what the owner wants

    package mutating func want(read: Bool) { wantsRead = read }
    package mutating func want(write: Bool) { wantsWrite = write }
}
