import COpenSSL

/// A key pair of OpenSSL's, freed with its last owner. Signing makes a context of its own, so any thread may.
@safe final class PrivateKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }
}
