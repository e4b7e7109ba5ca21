import Native
import Security

/// What this machine is called, where nobody said what the server is called.
package enum MachineName {
    private static let loopback = "localhost"

    /// The kernel's host name (proc(5)), if it is a name that a certificate can have and this machine can
    /// resolve it; else `localhost`. Asks the resolver: may take seconds.
    package static func current() -> String {
        guard let bytes = try? Files.read("/proc/sys/kernel/hostname", limit: 256) else { return loopback }
        let name = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first ?? ""
        let lowercased = name.lowercased()
        guard Endpoint.isHost(lowercased), IPAddress(lowercased) == nil else { return loopback }
        return (try? Resolver.resolve(lowercased, port: 0)) == nil ? loopback : lowercased
    }
}
