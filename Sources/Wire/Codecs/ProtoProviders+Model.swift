import FoundationEssentials

extension ProtoProviderList {
    init(_ offer: ProviderOffer) {
        self.init()
        challenge = .init(offer.challenge)
        providers = offer.providers.map { provider in
            var message = ProtoProvider()
            message.name = provider.name
            message.issuer = provider.issuer
            message.clientID = provider.client
            message.scopes = provider.scopes
            return message
        }
    }

    /// More providers than a server may have are not looked at.
    var model: ProviderOffer {
        let providers = providers.prefix(ProviderOffer.mostProviders).map {
            ProviderOffer.Provider(
                name: $0.name, issuer: $0.issuer, client: $0.clientID, scopes: $0.scopes)
        }
        return ProviderOffer(providers: providers, challenge: Array(challenge))
    }
}

extension ProtoProviderLogin {
    init(_ login: ProviderLogin) {
        self.init()
        name = login.name
        switch login.token {
        case .identity(let token): idToken = token
        case .access(let token): accessToken = token
        }
        challenge = .init(login.challenge)
        verifier = .init(login.verifier)
    }
}
