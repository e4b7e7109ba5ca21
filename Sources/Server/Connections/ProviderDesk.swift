package import Chat
package import Logging
import Native
package import Reactor
package import Security
import Synchronization
package import Wire

/// Judges what identity providers say of people, by the providers' own keys. Any thread.
///
/// Tokens are checked on the work pool. Keys are fetched in a lane with a thread for each provider, one
/// fetch a provider at a time: a provider that is slow keeps nobody waiting but its own people.
package final class ProviderDesk: Sendable {
    package typealias Judged = @Sendable (Result<Vouched, Refusal>) -> Void

    /// Somebody for whom a provider vouches. A value.
    package struct Vouched: Sendable {
        package let settings: ProviderSettings
        package let finding: ProviderTokenCheck.Finding
    }

    /// A token that was shown and waits for its provider's keys.
    private struct Shown: Sendable {
        let place: Int
        let login: ProviderLogin
        let token: CompactJWS
        let judged: Judged
    }

    private struct Provider {
        var cache = ProviderKeyCache()
        var isFetching = false
        var waiting: [Shown] = []
    }

    private struct State {
        var providers: [Provider]
    }

    /// What it needs from outside. A value.
    package struct Surroundings: Sendable {
        let pool: WorkPool
        /// With a thread for each provider.
        let lane: WorkLane
        /// Remembers what was used.
        let used: StateWriter
        let source: any HTTPSource
        let log: Logger
        let now: @Sendable () -> Timestamp
        /// Of a clock that never steps.
        let moment: @Sendable () -> Duration

        package init(
            pool: WorkPool, lane: WorkLane, used: StateWriter, source: any HTTPSource, log: Logger,
            now: @escaping @Sendable () -> Timestamp, moment: @escaping @Sendable () -> Duration
        ) {
            self.pool = pool
            self.lane = lane
            self.used = used
            self.source = source
            self.log = log
            self.now = now
            self.moment = moment
        }
    }

    private let settings: [ProviderSettings]
    private let server: [UInt8]
    private let limits: Limits
    private let around: Surroundings
    /// Of this process: a restart voids the logins that are under way.
    private let key = SecretBytes.random(count: 32)
    /// Lock tier 8: a leaf, held for one look-up or one change.
    private let state: Mutex<State>

    /// - Parameter server: the sixteen bytes that name the installation.
    package init(settings: [ProviderSettings], server: [UInt8], limits: Limits, around: Surroundings) {
        self.settings = settings
        self.server = server
        self.limits = limits
        self.around = around
        state = Mutex(State(providers: settings.map { _ in Provider() }))
    }

    package func has(_ name: String) -> Bool { settings.contains { $0.name == name } }

    /// For somebody who has not said yet who they are.
    package func offer() -> ProviderOffer {
        let random = SecureRandom()
        let challenge = LoginChallenge(key: key, salt: (random.next(), random.next()), now: around.now())
        return ProviderOffer(
            providers: settings.map {
                ProviderOffer.Provider(
                    name: $0.name, issuer: $0.issuer, client: $0.client, scopes: $0.scopes)
            }, challenge: challenge.bytes)
    }

    /// `judged` is called once, on another thread; not at all when this answers false: say `busy`.
    package func judge(_ login: ProviderLogin, judged: @escaping Judged) -> Bool {
        around.pool.submit { [self] in
            guard let place = settings.firstIndex(where: { $0.name == login.name }) else {
                return judged(.failure(Refusal(.unknownProvider)))
            }
            do throws(TokenFault) {
                let token = try CompactJWS(login.text)
                examine(Shown(place: place, login: login, token: token, judged: judged))
            } catch {
                judged(.failure(Self.refusal(.token(error))))
            }
        }
    }

    // MARK: the pool's threads, and the lane's

    private func examine(_ shown: Shown, mayFetch: Bool = true) {
        let moment = around.moment()
        let advice = state.withLock { state in
            let provider = state.providers[shown.place]
            return provider.cache.advice(
                keyID: shown.token.keyID, now: moment, isFetching: provider.isFetching)
        }
        switch advice {
        case .use(let keys): judge(shown, by: keys)
        case .refuse(let fault, let retryAfter):
            shown.judged(.failure(Self.refusal(fault, retryAfter: retryAfter)))
        case .fetch where mayFetch: wait(shown)
        case .fetch: shown.judged(.failure(Self.refusal(.paused, retryAfter: limits.busyRetry)))
        }
    }

    private func wait(_ shown: Shown) {
        let most = limits.providerJobs
        let (isTaken, mustBegin) = state.withLock { state in
            guard state.providers[shown.place].waiting.count < most else { return (false, false) }
            state.providers[shown.place].waiting.append(shown)
            let mustBegin = !state.providers[shown.place].isFetching
            state.providers[shown.place].isFetching = true
            return (true, mustBegin)
        }
        guard isTaken else {
            return shown.judged(.failure(Refusal(.busy, retryAfter: limits.busyRetry)))
        }
        guard mustBegin else { return }
        let place = shown.place
        // One a provider at a time, in a lane with room for all: it is full only when it ends.
        if !around.lane.submit({ [self] in fetch(place) }) { settle(place, .failure(.paused)) }
    }

    private func fetch(_ place: Int) {
        let settings = settings[place]
        do throws(ProviderFault) {
            guard let issuer = settings.address else { throw .insecure }
            let metadata = try around.source.metadata(of: issuer, reach: settings.reach)
            settle(place, .success(try around.source.keys(of: metadata, reach: settings.reach)))
        } catch {
            around.log.error("the provider \(settings.name) did not give its keys: \(error.name)")
            settle(place, .failure(error))
        }
    }

    private func settle(_ place: Int, _ result: Result<JSONWebKeySet, ProviderFault>) {
        let moment = around.moment()
        let waiting = state.withLock { state in
            switch result {
            case .success(let keys): state.providers[place].cache.fetched(keys, now: moment)
            case .failure(let fault): state.providers[place].cache.failed(fault, now: moment)
            }
            state.providers[place].isFetching = false
            defer { state.providers[place].waiting = [] }
            return state.providers[place].waiting
        }
        for shown in waiting { examine(shown, mayFetch: false) }
    }

    private func judge(_ shown: Shown, by keys: JSONWebKeySet) {
        let settings = settings[shown.place]
        let now = around.now()
        do throws(ProviderFault) {
            let check = ProviderTokenCheck(settings)
            switch shown.login.token {
            case .access:
                let finding = try check.check(shown.token, as: .access, keys: keys, now: now)
                shown.judged(.success(Vouched(settings: settings, finding: finding)))
            case .identity:
                let nonce = try nonce(of: shown.login, settings, now: now)
                let kind = ProviderTokenCheck.Kind.identity(nonce: nonce)
                let finding = try check.check(shown.token, as: kind, keys: keys, now: now)
                use(shown, Vouched(settings: settings, finding: finding), now: now)
            }
        } catch {
            shown.judged(.failure(Self.refusal(error)))
        }
    }

    /// The nonce that an ID token has to carry.
    private func nonce(
        of login: ProviderLogin, _ settings: ProviderSettings, now: Timestamp
    ) throws(ProviderFault) -> String {
        guard let challenge = LoginChallenge(bytes: login.challenge), challenge.isGiven(by: key),
            login.verifier.count == LoginNonce.verifierCount
        else { throw .nonce }
        guard challenge.expires > now else { throw .late }
        return LoginNonce.text(
            server: server, issuer: settings.issuer, challenge: challenge, verifier: login.verifier)
    }

    /// An ID token is good for one login: by the challenge in its nonce, or by itself. That it was used is
    /// synced before anybody is let in by it, so that a restart revives none.
    private func use(_ shown: Shown, _ vouched: Vouched, now: Timestamp) {
        let isBound = vouched.finding.isBound
        let proof = NativeHashing().sha256(isBound ? shown.login.challenge : shown.token.signed)
        // Both are refused by their age soon after.
        let operation = SessionOperation.use(
            proof, until: now.advanced(by: LoginChallenge.lifetime), now: now, most: limits.usedProofs)
        let busy = Refusal(.busy, retryAfter: limits.busyRetry)
        let isTaken = around.used.submit(operation) { result in
            switch result {
            case .success(.proof(.taken)): shown.judged(.success(vouched))
            case .success(.proof(.usedBefore)): shown.judged(.failure(Self.refusal(.used)))
            case .failure(let error) where error.code == .full:
                shown.judged(.failure(Refusal(.storageFull, retryAfter: busy.retryAfter)))
            case .success, .failure: shown.judged(.failure(busy))
            }
        }
        if !isTaken { shown.judged(.failure(busy)) }
    }

    /// The detail says what is wrong with the provider or with its token, which holds no secret of ours.
    private static func refusal(_ fault: ProviderFault, retryAfter: Duration? = nil) -> Refusal {
        fault.mayPass
            ? Refusal(.providerUnavailable, fault.name, retryAfter: retryAfter ?? .seconds(1))
            : Refusal(.wrongCredentials, fault.name)
    }
}

extension ProviderLogin {
    fileprivate var text: String {
        switch token {
        case .identity(let text), .access(let text): text
        }
    }
}
