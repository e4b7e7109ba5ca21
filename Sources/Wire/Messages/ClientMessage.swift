/// What a client says.
package enum ClientMessage: Hashable, Sendable {
    /// An encoded `ClientOffer`: its very bytes enter the transcript.
    case hello(offer: [UInt8])
    case authenticate(Authentication)
    case request(Request)
    case goodbye
}
