import ArgumentParser
import Server

/// What opens a snapshot that is encrypted.
struct SnapshotAccessOptions: ParsableArguments {
    @Option(help: "A file whose first line is the passphrase that it was encrypted to.")
    var passphraseFile: String?
    @Flag(help: "Ask for the passphrase.") var passphrase = false
    @Option(help: "The private key, PEM, whose public one it was encrypted to.") var decryptionKey: String?

    func validate() throws {
        guard [passphraseFile != nil, passphrase, decryptionKey != nil].filter({ $0 }).count <= 1 else {
            throw ValidationError("Give one of --passphrase-file, --passphrase and --decryption-key.")
        }
    }

    func access() throws -> SnapshotAccess? {
        if let passphraseFile { return .passphrase(try Password.read(file: passphraseFile)) }
        if passphrase {
            return .passphrase(try Password.ask("Passphrase: ", otherwise: "--passphrase-file"))
        }
        return decryptionKey.map { .privateKey($0) }
    }
}
