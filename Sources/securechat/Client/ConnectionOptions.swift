import ArgumentParser
import Chat
import Client
import Native
import Security
import Wire

/// What every client command takes: where, who, and whom to trust. The password is never an argument: other
/// people on the machine can read a process's arguments.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the server listens.", valueName: "host:port"))
    var server: String?

    @Option(help: ArgumentHelp("Who you are; a token or a link must be that person's.", valueName: "name"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "The link you were given: sets your password and says where and who.", valueName: "url"))
    var link: String?

    @Option(
        help: ArgumentHelp(
            "A file with the password. Else $SECURECHAT_TOKEN, $SECURECHAT_PASSWORD, or a question.",
            valueName: "file"))
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "Log in by this identity provider, in a browser; or by its access token, in $SECURECHAT_TOKEN.",
            valueName: "provider"))
    var sso: String?

    @Flag(help: "With --sso: the browser is on another machine, where a code is typed.")
    var device = false

    @Option(
        help: ArgumentHelp(
            "With --sso: the port of the redirect, for providers that do not let it be any.",
            valueName: "port"))
    var ssoPort: UInt16 = 0

    @Option(
        help: ArgumentHelp(
            "With --sso: the authorities that vouch for the provider's certificate.", valueName: "file"))
    var ssoCa: String?

    @Flag(
        help: ArgumentHelp(
            "With --sso: the provider may be on this machine and without TLS.", visibility: .hidden))
    var ssoLoopback = false

    @Option(
        help: ArgumentHelp(
            "A code of your second factor, which is good once. Else it is asked for when it is needed.",
            valueName: "code"))
    var code: String?

    @Option(
        help: ArgumentHelp(
            "Trust only servers whose certificate these authorities vouch for.", valueName: "file"))
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "Trust only the server with this identity, and pin it in place of one pinned before.",
            valueName: "sha256:hex"))
    var fingerprint: String?

    @Flag(help: "Trust an unknown server at its first use, without a question.")
    var acceptNew = false

    @Option(
        help: ArgumentHelp(
            "How long to go on trying to reach the server, at the start and after a lost connection.",
            valueName: "seconds"))
    var patience: Int?

    func validate() throws {
        if let patience, patience < 0 { throw ValidationError("--patience is a number of seconds.") }
        guard try endpoint() != nil else {
            throw ValidationError("Say where the server is: --server HOST:PORT, or --link URL.")
        }
        _ = try expectedFingerprint()
        let hasToken = CurrentProcess.environment["SECURECHAT_TOKEN"]?.isEmpty == false && passwordFile == nil
        guard sso == nil || Trait.oidc.isEnabled else {
            throw ValidationError("--sso: \(HTTPUnavailable.notBuilt).")
        }
        guard sso == nil || link == nil && passwordFile == nil else {
            throw ValidationError("--sso goes without --link and --password-file.")
        }
        guard sso != nil || !device && ssoCa == nil else {
            throw ValidationError("--device and --sso-ca go with --sso.")
        }
        guard user != nil || link != nil || sso != nil || hasToken else {
            throw ValidationError("Say who you are: --user NAME.")
        }
    }

    // MARK: what the options say

    func parsedLink() throws -> InviteLink? {
        guard let link else { return nil }
        guard let parsed = InviteLink(link) else {
            throw ValidationError("--link is not a link of this program.")
        }
        return parsed
    }

    /// `nil` when neither option says it.
    func endpoint() throws -> Endpoint? {
        if let link = try parsedLink() { return link.endpoint }
        guard let server else { return nil }
        guard let endpoint = Endpoint(server, assumingPort: Endpoint.standardPort) else {
            throw ValidationError("--server is HOST:PORT.")
        }
        return endpoint
    }

    /// The identity that is given beforehand, by the option or the link; `nil` when none is.
    func expectedFingerprint() throws -> Fingerprint? {
        let stated = try parsedLink()?.fingerprint
        guard let fingerprint else { return stated }
        guard let expected = Fingerprint(text: fingerprint) else {
            throw ValidationError("--fingerprint is sha256: and 64 hexadecimal digits.")
        }
        guard expected == stated ?? expected else {
            throw ValidationError("--fingerprint and the link's fingerprint differ.")
        }
        return expected
    }
}
