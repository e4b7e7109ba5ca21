import Native
import Reactor
import Security

/// Who may come: as the rate limits say, and while there is memory for it. Any loop's thread.
struct Doorkeeper: Admission {
    let rates: RateLimiter
    let memory: MemoryPressure

    func admitsConnection(from address: IPAddress, now: Instant) -> Bool {
        memory.step < .shedding && rates.admitsConnection(from: address, now: now)
    }

    func admitsHandshake(from address: IPAddress, now: Instant) -> Bool {
        memory.step < .shedding && rates.admitsHandshake(from: address, now: now)
    }
}
