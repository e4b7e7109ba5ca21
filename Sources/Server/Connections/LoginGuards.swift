package import Security

/// What stands before a login: how often, from which device, which passwords may be chosen, and what seals
/// the secrets of second factors. Any thread.
package struct LoginGuards: Sendable {
    package let rates: RateLimiter
    package let devices: DeviceCredentials
    package let passwords: PasswordRule
    /// Of a hash that is made from now on.
    package let costs: PasswordCosts
    package let factors: FactorSecrets

    package init(
        rates: RateLimiter, devices: DeviceCredentials, passwords: PasswordRule,
        costs: PasswordCosts = .standard, factors: FactorSecrets
    ) {
        self.rates = rates
        self.devices = devices
        self.passwords = passwords
        self.costs = costs
        self.factors = factors
    }
}
