package import Security

/// What stands before a login: how often, from which device, and which passwords may be chosen. Any thread.
package struct LoginGuards: Sendable {
    package let rates: RateLimiter
    package let devices: DeviceCredentials
    package let passwords: PasswordRule

    package init(rates: RateLimiter, devices: DeviceCredentials, passwords: PasswordRule) {
        self.rates = rates
        self.devices = devices
        self.passwords = passwords
    }
}
