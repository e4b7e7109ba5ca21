import Chat
package import Wire

/// How a client behaves. The same for every connection it makes.
package struct ClientConfiguration: Sendable {
    /// Program and version, for the server's log.
    package var agent: String
    /// Tried in this order until one is accepted; a token that the server gave comes before all of them.
    /// Empty where they come with `ClientMachine.trusted`: what is secret may be asked for once the server is
    /// known to be the right one.
    package var logins: [Authentication]
    /// Asks the server which identity providers there are, and tells them before it asks for trust.
    package var asksProviders = false
    /// Whether somebody can be asked for a code of the second factor; else a login that needs one is refused.
    package var asksForCode = false
    /// Who one must turn out to be, compared as names are; whoever a token leads in as somebody else ends
    /// before anything is asked. `nil` for whoever the login is.
    package var expectedName: String?
    /// The identity that the server is known by: where it has another now, it has to show that the known one
    /// vouches for it. `nil` for a server that nobody knows yet.
    package var knownIdentity: KnownIdentity?
    package var backoff = Backoff()
    /// How long to go on trying a server that has never answered, and one that has, after its connection was
    /// lost; `nil` for ever.
    package var firstPatience: Duration?
    package var patience: Duration?
    /// For connecting and the hello.
    package var loginDeadline = Duration.seconds(15)
    /// For the answer to a login: many at once wait for each other's password hashing.
    package var answerDeadline = Duration.seconds(90)
    /// A login that may be tried again only later than this is refused for good.
    package var longestLoginWait = Duration.seconds(30)
    /// A connection that says nothing for so long after a ping is given up.
    package var pongDeadline = Duration.seconds(15)
    /// When the sealed layer's keys are changed, give or take a tenth; and what they may seal until then.
    package var rekeyInterval = Limits.standard.rekeyInterval
    package var rekeyFrames = Limits.standard.framesOfAGeneration / 4 * 3
    /// For the server's part in it.
    package var rekeyDeadline = Limits.standard.rekeyDeadline
    /// Sends in flight; the server's own window holds too.
    package var window = Limits.standard.window
    /// And their bodies' bytes; one message is always taken.
    package var windowBytes = Limits.standard.windowBytes
    package var maxOutgoingMessages = 4_096
    package var maxOutgoingBytes = 8 * 1_024 * 1_024
    /// Requests that wait for the login.
    package var maxQueuedRequests = 1_024
    package var replicaBounds = RoomReplica.Bounds()
    package var historyPageEvents = 512

    package init(agent: String, logins: [Authentication]) {
        self.agent = agent
        self.logins = logins
    }
}
