package import Native
import Reactor
package import Security

/// The loops ask the rate limits, which know no loops.
extension RateLimiter: Admission {
    package func admitsConnection(from address: IPAddress, now: Instant) -> Bool {
        admits(connectionFrom: address, now: now.nanoseconds)
    }

    package func admitsHandshake(from address: IPAddress, now: Instant) -> Bool {
        admits(handshakeFrom: address, now: now.nanoseconds)
    }
}
