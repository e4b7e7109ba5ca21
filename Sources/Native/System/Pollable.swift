/// Something that `Epoll` can watch: it owns a descriptor for as long as it lives.
package protocol Pollable: ~Copyable {
    /// The kernel's number of the descriptor; for `Epoll` and for log lines, never to be closed.
    var pollNumber: Int32 { get }
}
