import Chat
import Native
package import Security
package import Wire

/// A login at an identity provider, by a person with a browser here or elsewhere. Blocks, for minutes: the
/// command's own thread.
///
/// The provider is asked by this program itself, as a public client (RFC 8252); the server sees its ID token
/// only, which carries the nonce that both had a part in.
package struct ProviderSignIn {
    package enum Way: Sendable {
        /// A browser on this machine (authorization code with PKCE), which is sent back to this port; 0: to
        /// any.
        case browser(port: UInt16)
        /// A browser anywhere (device flow).
        case device
    }

    package enum Failure: Error, CustomStringConvertible {
        case unknown(String)
        case unusable(String)
        case grant(GrantFault)
        case local(String)

        package var description: String {
            switch self {
            case .unknown(let name): "the server knows no identity provider \(name)"
            case .unusable(let reason): "the identity provider cannot be used: \(reason)"
            case .grant(let fault): "\(fault)"
            case .local(let reason): "no redirect can be waited for: \(reason)"
            }
        }
    }

    /// How long somebody may take; the server's challenge ends with it.
    private static let patience = Duration.seconds(600)
    private static let answerBytes = 256 * 1_024

    private let way: Way
    private let source: any HTTPSource
    /// A file of authorities (PEM) for the provider's certificate; `nil` for the machine's.
    private let authorities: String?
    private let allowsLoopback: Bool
    private let show: (String) -> Void

    /// - Parameter show: given the lines that the person has to read.
    package init(
        by way: Way, source: any HTTPSource, authorities: String? = nil, allowsLoopback: Bool = false,
        show: @escaping (String) -> Void
    ) {
        self.way = way
        self.source = source
        self.authorities = authorities
        self.allowsLoopback = allowsLoopback
        self.show = show
    }

    package func login(
        _ name: String, offer: ProviderOffer, server: ServerID
    ) throws(Failure) -> ProviderLogin {
        guard let provider = offer.providers.first(where: { $0.name == name }) else { throw .unknown(name) }
        guard let issuer = WebAddress(provider.issuer), !issuer.hasQuery,
            let challenge = LoginChallenge(bytes: offer.challenge)
        else { throw .unusable("what the server says of it cannot be read") }
        let reach = ProviderReach(
            issuerHost: issuer.endpoint.host, allowsLoopback: allowsLoopback, authorities: authorities)
        guard reach.allows(issuer) else { throw .unusable("it is not reached by https") }
        let metadata: ProviderMetadata
        do throws(ProviderFault) {
            metadata = try source.metadata(of: issuer, reach: reach)
        } catch {
            throw .grant(.provider(error))
        }
        let verifier = SecureRandom.bytes(count: LoginNonce.verifierCount)
        let nonce = LoginNonce.text(
            server: server.bytes, issuer: provider.issuer, challenge: challenge, verifier: verifier)
        let request = Asked(provider: provider, metadata: metadata, reach: reach, nonce: nonce)
        let token =
            switch way {
            case .browser(let port): try inBrowser(request, port)
            case .device: try onDevice(request)
            }
        return ProviderLogin(
            name: name, token: .identity(token), challenge: offer.challenge, verifier: verifier)
    }

    private struct Asked {
        let provider: ProviderOffer.Provider
        let metadata: ProviderMetadata
        let reach: ProviderReach
        let nonce: String
    }

    // MARK: a browser here

    private func inBrowser(_ asked: Asked, _ port: UInt16) throws(Failure) -> String {
        let result: Result<String, Failure>
        do throws(IOError) {
            let listener = try RedirectListener(port: port)
            result = try waitForRedirect(asked, listener)
        } catch {
            throw .local("\(error)")
        }
        return try result.get()
    }

    private func waitForRedirect(
        _ asked: Asked, _ listener: borrowing RedirectListener
    ) throws(IOError) -> Result<String, Failure> {
        var grant: AuthorizationGrant
        do throws(GrantFault) {
            grant = try AuthorizationGrant(
                asked.metadata, client: asked.provider.client, scopes: asked.provider.scopes,
                redirect: listener.address, nonce: asked.nonce,
                secrets: AuthorizationGrant.Secrets(
                    state: SecureRandom.bytes(count: 32), verifier: SecureRandom.bytes(count: 32)))
        } catch {
            return .failure(.grant(error))
        }
        show("Open this address in a browser on this machine, and log in there:\n  \(grant.address)")
        let end = MonotonicClock.now() + Self.patience
        let form = try listener.wait(until: end) { query -> Result<[UInt8], GrantFault>? in
            do throws(GrantFault) {
                return .success(try grant.redirected(query: query))
            } catch .foreignRedirect {
                return nil
            } catch {
                return .failure(error)
            }
        }
        do throws(GrantFault) {
            guard let form else { throw .expired }
            return .success(try grant.answered(try post(try form.get(), to: grant.tokenAddress, asked.reach)))
        } catch {
            return .failure(.grant(error))
        }
    }

    // MARK: a browser elsewhere

    private func onDevice(_ asked: Asked) throws(Failure) -> String {
        do throws(GrantFault) {
            let begun = try DeviceGrant.begin(
                asked.metadata, client: asked.provider.client, scopes: asked.provider.scopes,
                nonce: asked.nonce)
            let answer = try post(begun.form, to: begun.address, asked.reach)
            var grant = try DeviceGrant(
                asked.metadata, client: asked.provider.client, answer: answer, now: now)
            let invitation = grant.invitation
            let whole = invitation.wholeAddress.map { "\n  or open \($0)" } ?? ""
            show(
                "Open \(invitation.address) in any browser, and type the code \(invitation.code)"
                    + " there\(whole)")
            var step = grant.begin(now: now)
            let pause = Semaphore()
            while true {
                switch step {
                case .done(let token): return token
                case .ask(let moment):
                    _ = pause.wait(timeout: max(moment - now, .zero))
                    let response = try? source.perform(
                        asked.reach.request(grant.tokenAddress, form: grant.form), limit: Self.answerBytes)
                    step = try grant.answered(response, now: now)
                }
            }
        } catch {
            throw .grant(error)
        }
    }

    private var now: Duration { .nanoseconds(MonotonicClock.now().nanoseconds) }

    private func post(
        _ form: [UInt8], to address: WebAddress, _ reach: ProviderReach
    ) throws(GrantFault) -> HTTPResponse {
        do throws(HTTPFault) {
            return try source.perform(reach.request(address, form: form), limit: Self.answerBytes)
        } catch {
            throw .provider(.http(error))
        }
    }
}
