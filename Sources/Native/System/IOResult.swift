/// How one read or write on a descriptor ended when it did not fail.
package enum IOResult: Equatable, Sendable {
    /// This many bytes moved; a write may take fewer than offered.
    case bytes(Int)
    /// A read found the end: the peer has finished sending, or the file ends here.
    case endOfFile
    /// Nothing moved; wait for readiness.
    case wouldBlock
}
