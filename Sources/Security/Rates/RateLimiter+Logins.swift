package import Chat
package import Native

/// Failed logins: charged before any hashing, given back when the login succeeds. Any thread.
extension RateLimiter {
    /// What an attempt was charged, to be given back if it succeeds. A value.
    package struct LoginCharge: Hashable, Sendable {
        fileprivate var address: RateTable.Charge?
        fileprivate var account: RateTable.Charge?
        fileprivate var device: RateTable.Charge?
        fileprivate var accountCode: RateTable.Charge?
        fileprivate var deviceCode: RateTable.Charge?

        fileprivate init() {}
    }

    package enum LoginVerdict: Hashable, Sendable {
        case granted(LoginCharge)
        case refused(retryAfter: Duration)
    }

    /// Somebody of whom nothing is known: the address pays, and the account that all strangers share.
    package func charge(loginOf name: String, from address: IPAddress, now: Int64) -> LoginVerdict {
        guard isEnabled else { return .granted(LoginCharge()) }
        var charge = LoginCharge()
        switch self[.addressLogins].take(1, of: .address(address), now: now) {
        case .refused(let wait): return refused(wait)
        case .granted(let taken): charge.address = taken
        }
        switch self[.accountLogins].take(1, of: .name(name), now: now) {
        case .refused(let wait): return refused(wait)
        case .granted(let taken): charge.account = taken
        }
        return .granted(charge)
    }

    /// A device that has logged in before: whatever strangers do, its own allowance is left.
    package func charge(loginFromDevice device: RateSubject, now: Int64) -> LoginVerdict {
        guard isEnabled else { return .granted(LoginCharge()) }
        var charge = LoginCharge()
        switch self[.deviceLogins].take(1, of: device, now: now) {
        case .refused(let wait): return refused(wait)
        case .granted(let taken): charge.device = taken
        }
        return .granted(charge)
    }

    /// Tokens cannot be guessed, and many people behind one address show theirs at once: only what fails is
    /// charged, and whoever has failed too often is refused.
    /// - Returns: how long to wait; `nil` to go on.
    package func wait(forTokenFrom address: IPAddress, now: Int64) -> Duration? {
        guard isEnabled, let wait = self[.addressLogins].wait(for: 1, of: .address(address), now: now) else {
            return nil
        }
        count(.refusedLogins)
        return .nanoseconds(wait)
    }

    /// Somebody with a good link, whose password will be hashed.
    package func charge(linkFrom address: IPAddress, now: Int64) -> LoginVerdict {
        guard isEnabled else { return .granted(LoginCharge()) }
        var charge = LoginCharge()
        switch self[.addressLogins].take(1, of: .address(address), now: now) {
        case .refused(let wait): return refused(wait)
        case .granted(let taken): charge.address = taken
        }
        return .granted(charge)
    }

    package func failed(tokenFrom address: IPAddress, now: Int64) {
        count(.failedLogins)
        guard isEnabled else { return }
        _ = self[.addressLogins].take(1, of: .address(address), now: now)
    }

    /// A code of a second factor, whatever the limits are switched to: charged before it is looked at.
    /// - Parameter device: the known one that it comes from; `nil` for a stranger.
    package func charge(codeOf person: PersonID, device: RateSubject?, now: Int64) -> LoginVerdict {
        var charge = LoginCharge()
        let kind: Kind = device == nil ? .accountCodes : .deviceCodes
        switch self[kind].take(1, of: device ?? .id(person), now: now) {
        case .refused(let wait): return refused(wait)
        case .granted(let taken):
            if device == nil { charge.accountCode = taken } else { charge.deviceCode = taken }
        }
        return .granted(charge)
    }

    package func failed() { count(.failedLogins) }

    package func giveBack(_ charge: LoginCharge) {
        self[.addressLogins].giveBack(charge.address)
        self[.accountLogins].giveBack(charge.account)
        self[.deviceLogins].giveBack(charge.device)
        self[.accountCodes].giveBack(charge.accountCode)
        self[.deviceCodes].giveBack(charge.deviceCode)
    }

    private func refused(_ wait: Int64) -> LoginVerdict {
        count(.refusedLogins)
        return .refused(retryAfter: .nanoseconds(wait))
    }
}
