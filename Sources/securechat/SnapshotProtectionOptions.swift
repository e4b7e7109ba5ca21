import ArgumentParser
import Server

/// What a snapshot is to be encrypted to.
struct SnapshotProtectionOptions: ParsableArguments {
    @Option(help: "Encrypt it to the passphrase in the first line of this file.") var passphraseFile: String?
    @Flag(help: "Encrypt it to a passphrase that is asked for.") var passphrase = false
    @Option(help: "Encrypt it to this public key, PEM: see `securechat snapshot key`.") var encryptTo: String?

    func validate() throws {
        guard [passphraseFile != nil, passphrase, encryptTo != nil].filter({ $0 }).count <= 1 else {
            throw ValidationError("Give one of --passphrase-file, --passphrase and --encrypt-to.")
        }
    }

    func protection() throws -> SnapshotProtection? {
        if let passphraseFile { return .passphrase(try Password.read(file: passphraseFile)) }
        if passphrase {
            let first = try Password.ask("Passphrase: ", otherwise: "--passphrase-file")
            guard try Password.ask("The same again: ", otherwise: "--passphrase-file") == first else {
                throw CommandFailure("the two passphrases differ")
            }
            return .passphrase(first)
        }
        return encryptTo.map { .recipient($0) }
    }
}
