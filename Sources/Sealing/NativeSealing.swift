import Native
package import Wire

/// The sealed layer's cryptography by OpenSSL. One thread's: its contexts serve all of that thread's
/// connections, which keep keys and nothing else.
package final class NativeSealing: SealCryptography {
    private let ciphers = FrameCiphers()

    package init() {}

    package func makeExchange(_ group: SealGroup) -> any SealExchange {
        NativeExchange(EphemeralKey(group.agreement), ciphers: ciphers)
    }
}

extension SealGroup {
    var agreement: AgreementGroup {
        switch self {
        case .p256: .p256
        case .x25519: .x25519
        }
    }
}
