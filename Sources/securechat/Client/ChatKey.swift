import Chat
import Client

/// The key that `/key NAME [SCOPE,SCOPE] [DURATION]` asks for; the two in any order.
struct ChatKey {
    let key: NewKey

    /// `nil` when one of these words is neither.
    init?(name: String, _ words: ArraySlice<String>) {
        var scopes: Scopes?
        var lifetime: Duration?
        for word in words {
            if lifetime == nil, let typed = Duration(typed: word) {
                lifetime = typed
            } else if scopes == nil, let typed = Self.scopes(word) {
                scopes = typed
            } else {
                return nil
            }
        }
        key = NewKey(
            name: name, scopes: scopes ?? .usual, lifetime: lifetime ?? Limits.standard.keyLifetime)
    }

    private static func scopes(_ word: String) -> Scopes? {
        let found = word.split(separator: ",", omittingEmptySubsequences: false).map {
            Scopes(keyScope: String($0))
        }
        return found.reduce(into: Scopes?.some([])) { all, one in
            if let one { all?.formUnion(one) } else { all = nil }
        }
    }
}
