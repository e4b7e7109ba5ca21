/// Why this process cannot ask over HTTP at all.
package enum HTTPUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    /// The program was built without the package trait OIDC.
    case notBuilt
    /// There is no libcurl, or it is not what it should be; with the loader's own words.
    case notLoaded(String)

    package var description: String {
        switch self {
        case .notBuilt: "this build has no OIDC: use one made with --traits OIDC"
        case .notLoaded(let reason):
            "libcurl, which asks identity providers, cannot be loaded (\(reason)): install Debian's libcurl4"
        }
    }
}
