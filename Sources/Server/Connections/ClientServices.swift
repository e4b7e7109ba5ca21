package import Chat
package import Logging
package import Reactor
package import Security
import Wire

/// What the client loops share: the queues before the other threads, and what never changes. Any thread.
package struct ClientServices: Sendable {
    package let limits: Limits
    package let sequencer: SequencerThread
    package let pool: WorkPool
    package let history: any HistoryReader
    package let login: LoginDesk
    package let hello: HelloDesk
    /// `nil` where there are none.
    package let providers: ProviderDesk?
    package let sessions: SessionDesk
    package let factors: FactorDesk
    package let access: AccessTokens
    /// `nil` where nobody can search.
    package let search: SearchDesk?
    package let rates: RateLimiter
    /// Clients that do not seal are sent away.
    package let requiresSealing: Bool
    package let memory: MemoryPressure
    /// Reaches all loops, of which one that is behind may do without.
    package let tellLoops: @Sendable (_ letter: LoopLetter, _ bytes: Int) -> Void
    /// Where what is seen is noted; never waits.
    package let audit: AuditWriter
    package let log: Logger

    package init(
        limits: Limits, sequencer: SequencerThread, pool: WorkPool, history: any HistoryReader,
        login: LoginDesk, providers: ProviderDesk? = nil, sessions: SessionDesk, factors: FactorDesk,
        hello: HelloDesk, access: AccessTokens, search: SearchDesk? = nil, rates: RateLimiter,
        requiresSealing: Bool, memory: MemoryPressure,
        tellLoops: @escaping @Sendable (LoopLetter, Int) -> Void, audit: AuditWriter, log: Logger
    ) {
        self.limits = limits
        self.sequencer = sequencer
        self.pool = pool
        self.history = history
        self.login = login
        self.sessions = sessions
        self.factors = factors
        self.hello = hello
        self.providers = providers
        self.access = access
        self.search = search
        self.rates = rates
        self.requiresSealing = requiresSealing
        self.memory = memory
        self.tellLoops = tellLoops
        self.audit = audit
        self.log = log
    }
}
