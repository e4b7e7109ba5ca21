import Chat

extension Session {
    /// What has been said so far. Each input lists every state: what the peer must not say ends the
    /// connection with a code, what the driver must not do is our own fault and traps.
    enum State: ~Copyable {
        case awaitingHello
        /// The server owes its hello.
        case greeting
        case awaitingAuthentication(LoginTries)
        /// The server owes an answer to this request.
        case authenticating(request: UInt64, LoginTries)
        case ready
        case draining
        case closed
    }
}

extension Session.State {
    var isClosed: Bool {
        switch self {
        case .closed: true
        case .awaitingHello: false
        case .greeting: false
        case .awaitingAuthentication: false
        case .authenticating: false
        case .ready: false
        case .draining: false
        }
    }

    var isAuthenticated: Bool {
        switch self {
        case .ready: true
        case .draining: true
        case .awaitingHello: false
        case .greeting: false
        case .awaitingAuthentication: false
        case .authenticating: false
        case .closed: false
        }
    }

    /// The server's hello is said.
    var hasGreeted: Bool {
        switch self {
        case .awaitingHello: false
        case .greeting: false
        case .awaitingAuthentication: true
        case .authenticating: true
        case .ready: true
        case .draining: true
        case .closed: true
        }
    }

    var owesAnAnswer: Bool {
        switch self {
        case .greeting: true
        case .authenticating: true
        case .awaitingHello: false
        case .awaitingAuthentication: false
        case .ready: false
        case .draining: false
        case .closed: false
        }
    }

    func requireOpen(_ caller: String) {
        precondition(!isClosed, "Session.\(caller) after .close: the driver kept a dead session")
    }

    // MARK: what the peer says

    mutating func receive(_ decoded: ClientMessageDecoder.Decoded) -> Session.Action {
        switch consume self {
        case .awaitingHello:
            self = .awaitingHello
            return receiveHello(decoded)
        case .awaitingAuthentication(let tries):
            self = .awaitingAuthentication(tries)
            return receiveAuthentication(decoded, tries)
        case .ready:
            self = .ready
            return receiveRequest(decoded)
        case .draining:
            self = .draining
            return receiveRequest(decoded)
        case .greeting:
            preconditionFailure("Session.State.receive in greeting: messages are held until helloSent")
        case .authenticating:
            preconditionFailure("Session.State.receive in authenticating: messages are held")
        case .closed:
            preconditionFailure("Session.State.receive after .close: the driver kept a dead session")
        }
    }

    private mutating func receiveHello(_ decoded: ClientMessageDecoder.Decoded) -> Session.Action {
        switch decoded {
        case .message(.hello(let bytes), let request):
            guard let offer = ClientOffer(encoded: bytes) else {
                return close(.malformed, "the hello's offer is not what it must be")
            }
            guard let version = ProtocolVersion.common(offer.versions) else {
                let supported = ProtocolVersion.supported
                return close(
                    .unsupportedVersion,
                    "versions \(supported.lowerBound) to \(supported.upperBound) are spoken here")
            }
            self = .greeting
            return .sayHello(
                Session.Greeting(request: request, offerBytes: bytes, offer: offer, version: version))
        case .message(.goodbye, _): return close(.goodbye)
        case .message(.listProviders, _), .message(.authenticate, _), .message(.request, _),
            .message(.rekey, _), .message(.rekeyDone, _), .refused:
            return close(.unexpected, "the first message is a hello")
        case .malformed: return close(.malformed, "a message that cannot be decoded")
        }
    }

    private mutating func receiveAuthentication(
        _ decoded: ClientMessageDecoder.Decoded, _ tries: LoginTries
    ) -> Session.Action {
        switch decoded {
        case .message(.authenticate(let authentication), let request):
            self = .authenticating(request: request, tries)
            return .authenticate(request: request, authentication)
        case .message(.listProviders, let request): return .listProviders(request: request)
        case .refused(let refusal, let request, .authentication): return .refuse(request: request, refusal)
        case .message(.goodbye, _): return close(.goodbye)
        case .message(.hello, _): return close(.unexpected, "a second hello")
        case .message(.request, _), .refused(_, _, .request):
            return close(.unexpected, "a request before the login")
        case .message(.rekey, _), .message(.rekeyDone, _):
            return close(.unexpected, "a change of keys before the login")
        case .malformed: return close(.malformed, "a message that cannot be decoded")
        }
    }

    /// In `ready` and in `draining`, which grants only what keeps the connection alive.
    private mutating func receiveRequest(_ decoded: ClientMessageDecoder.Decoded) -> Session.Action {
        switch decoded {
        case .message(.request(let asked), let number):
            if isDraining, asked != .ping { return .refuse(request: number, Refusal(.draining, "reconnect")) }
            return .request(number, asked)
        case .message(.rekey(let share), let number): return .changeKeys(request: number, share)
        case .message(.rekeyDone, _): return .keysChanged
        case .refused(let refusal, let request, .request): return .refuse(request: request, refusal)
        case .message(.goodbye, _): return close(.goodbye)
        case .message(.hello, _): return close(.unexpected, "a second hello")
        case .message(.listProviders, _), .message(.authenticate, _), .refused(_, _, .authentication):
            return close(.unexpected, "a second login")
        case .malformed: return close(.malformed, "a message that cannot be decoded")
        }
    }

    private var isDraining: Bool {
        switch self {
        case .draining: true
        case .awaitingHello: false
        case .greeting: false
        case .awaitingAuthentication: false
        case .authenticating: false
        case .ready: false
        case .closed: false
        }
    }

    private mutating func close(_ code: DisconnectCode, _ detail: String = "") -> Session.Action {
        self = .closed
        return .close(code, detail: detail)
    }

    // MARK: what the driver did

    mutating func helloSent() {
        switch consume self {
        case .greeting: self = .awaitingAuthentication(LoginTries())
        case .awaitingHello: preconditionFailure("Session.helloSent in awaitingHello: nobody asked")
        case .awaitingAuthentication:
            preconditionFailure("Session.helloSent in awaitingAuthentication: it was sent")
        case .authenticating: preconditionFailure("Session.helloSent in authenticating: it was sent")
        case .ready: preconditionFailure("Session.helloSent in ready: it was sent")
        case .draining: preconditionFailure("Session.helloSent in draining: it was sent")
        case .closed: preconditionFailure("Session.helloSent after .close: the driver kept a dead session")
        }
    }

    mutating func authenticated() {
        switch consume self {
        case .authenticating: self = .ready
        case .awaitingHello: preconditionFailure("Session.authenticated in awaitingHello: nobody asked")
        case .greeting: preconditionFailure("Session.authenticated in greeting: nobody asked")
        case .awaitingAuthentication:
            preconditionFailure("Session.authenticated in awaitingAuthentication: nobody asked")
        case .ready: preconditionFailure("Session.authenticated in ready: it was answered")
        case .draining: preconditionFailure("Session.authenticated in draining: it was answered")
        case .closed:
            preconditionFailure("Session.authenticated after .close: the driver kept a dead session")
        }
    }

    mutating func authenticationRefused(_ refusal: Refusal, limits: Limits) -> Session.Action {
        switch consume self {
        case .authenticating(let request, var tries):
            if refusal.code == .disabled {
                self = .closed
                return .close(.disabled, detail: refusal.detail)
            }
            tries.add(refusal.code)
            if let reason = tries.reasonToClose(limits) {
                self = .closed
                return .close(.authenticationFailed, detail: reason)
            }
            self = .awaitingAuthentication(tries)
            return .refuse(request: request, refusal)
        case .awaitingHello:
            preconditionFailure("Session.authenticationRefused in awaitingHello: nobody asked")
        case .greeting: preconditionFailure("Session.authenticationRefused in greeting: nobody asked")
        case .awaitingAuthentication: preconditionFailure("Session.authenticationRefused twice: nobody asked")
        case .ready: preconditionFailure("Session.authenticationRefused in ready: it was answered")
        case .draining: preconditionFailure("Session.authenticationRefused in draining: it was answered")
        case .closed: preconditionFailure("Session.authenticationRefused after .close: a dead session")
        }
    }

    mutating func drain() -> Session.Action {
        switch consume self {
        case .ready:
            self = .draining
            return .announceDraining
        case .draining:
            self = .draining
            return .needMoreBytes
        case .awaitingHello: self = .closed
        case .greeting: self = .closed
        case .awaitingAuthentication: self = .closed
        case .authenticating: self = .closed
        case .closed: preconditionFailure("Session.drain after .close: the driver kept a dead session")
        }
        return .close(.draining, detail: "the server is stopping")
    }

    mutating func end() { self = .closed }
}
