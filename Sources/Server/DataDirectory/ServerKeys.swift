package import Native
package import Security

/// What a server proves itself by: the identity key that clients pin, and the certificate that TLS shows.
/// Immutable.
package struct ServerKeys: Sendable {
    package let identity: IdentityRecord
    /// Signs the audit log's checkpoints.
    package let audit: Ed25519Key
    package let installation: InstallationSecrets
    /// PEM: the server's certificate, then those that vouch for it.
    package let certificateChain: [UInt8]
    /// PEM.
    package let certificateKey: [UInt8]

    /// Larger files are no keys.
    private static let maxBytes = 256 * 1_024
    /// A key that only lasts as long as a development server does.
    private static let temporaryBits = 2_048
    /// The longest that clients accept of a local authority.
    private static let certificateDays = 820

    /// Reads all files. Refused, with the mend, when one is missing, unusable or readable for others.
    package static func load(from directory: DataDirectory) throws -> ServerKeys {
        let secret = [
            directory.identityKey, directory.certificateKey, directory.auditKey, directory.installationKey,
        ]
        for path in secret {
            guard let mode = try Files.status(of: path)?.mode, mode & 0o077 != 0 else { continue }
            throw DataDirectoryError(
                path, "others may read this key (mode 0\(String(mode, radix: 8)))", "Run: chmod 600 \(path)")
        }
        let (chain, key) = try loadCertificate(from: directory)
        return ServerKeys(
            identity: try loadIdentity(from: directory), audit: try loadAudit(from: directory),
            installation: try loadInstallation(from: directory), certificateChain: chain, certificateKey: key)
    }

    /// The certificate's two files alone, for a reload while serving.
    package static func loadCertificate(from directory: DataDirectory) throws -> (
        chain: [UInt8], key: [UInt8]
    ) {
        let chain = try read(directory.certificate)
        let key = try read(directory.certificateKey)
        do throws(CryptographyError) {
            _ = try Certificate(pem: chain)
        } catch {
            throw DataDirectoryError(directory.certificate, "it is no certificate: \(error)", restore)
        }
        try checkKey(key, fits: chain, in: directory)
        return (chain, key)
    }

    /// Keys in memory, for a development server without a directory of its own.
    package static func temporary(names: [String]) throws -> ServerKeys {
        let authority = try CertificateAuthority.create(name: "SecureChat development", permittedNames: names)
        let leaf = try issue(from: authority, names: names)
        return ServerKeys(
            identity: IdentityRecord(key: .generate(bits: temporaryBits)), audit: .generate(),
            installation: .random(), certificateChain: leaf.certificateChain,
            certificateKey: leaf.privateKey)
    }

    // MARK: making them

    /// Makes what is missing. The identity key is never made a second time; the certificate is made again
    /// until all of its files are there.
    static func create(
        in directory: DataDirectory, names: [String], identityBits: Int
    ) throws -> ServerKeys {
        let isNew = try Files.makeDirectory(directory.keys, mode: 0o700)
        if !isNew { try Files.restrict(directory.keys, mode: 0o700) }
        if try Files.status(of: directory.identityKey) == nil {
            try Files.writeAtomically(
                directory.identityKey,
                IdentityRecord(key: .generate(bits: identityBits)).encoded, mode: 0o600)
        }
        if try Files.status(of: directory.auditKey) == nil {
            try Files.writeAtomically(directory.auditKey, Ed25519Key.generate().pem, mode: 0o600)
        }
        if try Files.status(of: directory.installationKey) == nil {
            try Files.writeAtomically(
                directory.installationKey, SecureRandom.bytes(count: InstallationSecrets.rootBytes),
                mode: 0o600)
        }
        let auditKey = try loadAudit(from: directory).publicKey
        try Files.writeAtomically(
            directory.auditPublicKey, Array(PublicKeyFile.pem(auditKey, .ed25519).utf8), mode: 0o600)
        // The certificate's key is written last of the four.
        if try Files.status(of: directory.certificateKey) == nil {
            let name = "SecureChat \(names.first ?? "") local authority"
            let authority = try CertificateAuthority.create(name: name, permittedNames: names)
            let leaf = try issue(from: authority, names: names)
            try Files.writeAtomically(directory.authorityKey, authority.privateKey, mode: 0o600)
            try Files.writeAtomically(directory.authorityCertificate, authority.certificate, mode: 0o600)
            try Files.writeAtomically(directory.certificate, leaf.certificateChain, mode: 0o600)
            try Files.writeAtomically(directory.certificateKey, leaf.privateKey, mode: 0o600)
        }
        return try load(from: directory)
    }

    /// Loopback is always among the names: the first try is on the machine itself.
    private static func issue(
        from authority: CertificateAuthority, names: [String]
    ) throws(CryptographyError) -> CertificateAuthority.Leaf {
        let others = names.dropFirst() + ["localhost", "127.0.0.1", "::1"]
        return try authority.issueLeaf(
            serverName: names.first ?? "localhost", alsoFor: Array(others), days: certificateDays)
    }

    // MARK: reading them

    private static let restore = "Restore it from a backup"

    package static func loadIdentity(from directory: DataDirectory) throws -> IdentityRecord {
        let bytes = try read(directory.identityKey)
        do {
            return try IdentityRecord(encoded: bytes)
        } catch {
            throw DataDirectoryError(
                directory.identityKey, "it is no identity key: \(error)",
                restore + "; with a new one every client would have to trust this server anew")
        }
    }

    private static func checkKey(_ key: [UInt8], fits chain: [UInt8], in directory: DataDirectory) throws {
        do throws(TLSError) {
            _ = try TLSContext.server(
                certificateChain: chain, privateKey: key, protocols: [], tickets: TLSTicketKeys())
        } catch {
            guard error.code == .keyUnusable else {
                throw DataDirectoryError(directory.certificate, "TLS cannot use it: \(error.detail)", restore)
            }
            throw DataDirectoryError(
                directory.certificateKey,
                "it is not the private key of the certificate in \(directory.certificate): \(error.detail)",
                "Put both files of one certificate there, the key in PEM and not encrypted")
        }
    }

    static func loadAudit(from directory: DataDirectory) throws -> Ed25519Key {
        let bytes = try read(directory.auditKey)
        do throws(CryptographyError) {
            return try Ed25519Key(pem: bytes)
        } catch {
            throw DataDirectoryError(
                directory.auditKey, "it is no key for the audit log: \(error)",
                restore + "; what another key signs does not verify with the public key that is known")
        }
    }

    private static func loadInstallation(from directory: DataDirectory) throws -> InstallationSecrets {
        let bytes = try read(directory.installationKey)
        guard bytes.count == InstallationSecrets.rootBytes else {
            throw DataDirectoryError(
                directory.installationKey, "it is not of \(InstallationSecrets.rootBytes) bytes",
                restore + "; with another one no device is known any more, and no authenticator")
        }
        return InstallationSecrets(root: ErasedBytes(copying: bytes.span))
    }

    private static func read(_ path: String) throws -> [UInt8] {
        do throws(IOError) {
            return try Files.read(path, limit: maxBytes)
        } catch {
            let reason = error.reason == .notFound ? "it is missing" : "\(error)"
            throw DataDirectoryError(path, reason, restore)
        }
    }
}
