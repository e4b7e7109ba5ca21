package import Native

/// Who may come, and how often: asked by any loop's thread before anything is spent on a connection.
package protocol Admission: Sendable {
    /// Asked once for each connection that the kernel hands over.
    func admitsConnection(from address: IPAddress, now: Instant) -> Bool
    /// Asked once for each connection whose peer begins TLS: a signature is made for it.
    func admitsHandshake(from address: IPAddress, now: Instant) -> Bool
}
