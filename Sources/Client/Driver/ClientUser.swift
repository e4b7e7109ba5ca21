package import Wire

/// Whoever uses a client on its loop. Called on the loop's thread.
package protocol ClientUser: AnyObject {
    /// Everything but what the driver carries out itself: never `.connect`, `.write`, `.close` or `.judge`.
    func client(_ client: DrivenClient, told action: ClientAction)

    /// The server has proved an identity: answer now or later, by `trust` or `distrust`. `isVerified` says
    /// that TLS verified its certificate.
    func client(_ client: DrivenClient, mustJudge server: VerifiedServer, isVerified: Bool)
}
