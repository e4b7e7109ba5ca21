/// A part of the program that a build has or has not: a package trait (Package.swift), chosen when it is
/// built.
package enum Trait: String, Hashable, Sendable, CaseIterable {
    /// Logins by identity providers (OpenID Connect), over libcurl.
    case oidc = "OIDC"

    package var isEnabled: Bool {
        switch self {
        case .oidc:
            #if OIDC
            return true
            #else
            return false
            #endif
        }
    }

    /// What this build has, in the order of the cases.
    package static var enabled: [Trait] { allCases.filter(\.isEnabled) }
}
