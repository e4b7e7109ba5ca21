import Glibc

/// A `sockaddr` of any family in the form that bind(2), connect(2) and accept(2) take.
struct KernelAddress {
    private var storage = sockaddr_storage()
    private(set) var length: socklen_t

    /// Room for the kernel to write an address into.
    init() {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    }

    /// Copies an address that another call has written.
    init(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
        self.length = min(length, socklen_t(MemoryLayout<sockaddr_storage>.size))
        let source = UnsafeRawBufferPointer(start: address, count: Int(self.length))
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: source) }
    }

    init(_ peer: PeerAddress) {
        switch peer.address {
        case .v4(let address):
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = peer.port.bigEndian
            four.sin_addr.s_addr = address.bigEndian
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
        case .v6(let high, let low):
            var six = sockaddr_in6()
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = peer.port.bigEndian
            six.sin6_scope_id = peer.scope
            withUnsafeMutableBytes(of: &six.sin6_addr) { bytes in
                bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
        }
    }

    /// A UNIX socket's path; unix(7) allows 107 bytes and ends them with a zero.
    init(path: String) throws(IOError) {
        var local = sockaddr_un()
        local.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: local.sun_path) else {
            throw IOError(code: ENAMETOOLONG, operation: "bind \(path)")
        }
        withUnsafeMutableBytes(of: &local.sun_path) { $0.copyBytes(from: bytes) }
        length = socklen_t(MemoryLayout<sockaddr_un>.size)
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: local, as: sockaddr_un.self) }
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// Address and port, when it is one of the internet's.
    var peer: PeerAddress? {
        switch family {
        case AF_INET:
            let four = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in.self) }
            return PeerAddress(
                .v4(UInt32(bigEndian: four.sin_addr.s_addr)), port: UInt16(bigEndian: four.sin_port))
        case AF_INET6:
            let six = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in6.self) }
            return PeerAddress(
                IPAddress(six.sin6_addr), port: UInt16(bigEndian: six.sin6_port), scope: six.sin6_scope_id)
        default:
            return nil
        }
    }

    func withPointer<Value>(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafeBytes(of: storage) { call($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length) }
    }

    mutating func withMutablePointer<Value>(
        _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Value
    ) -> Value {
        withUnsafeMutableBytes(of: &storage) { bytes in
            call(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
    }
}
