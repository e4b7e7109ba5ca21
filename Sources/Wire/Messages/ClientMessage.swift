/// What a client says.
package enum ClientMessage: Hashable, Sendable {
    /// An encoded `ClientOffer`: its very bytes enter the transcript.
    case hello(offer: [UInt8])
    /// Before the login: which identity providers are there?
    case listProviders
    case authenticate(Authentication)
    case request(Request)
    case goodbye
    /// Begins a change of keys.
    case rekey(SealShare)
    /// The last message under the client's old key.
    case rekeyDone
}
