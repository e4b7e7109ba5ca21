import COpenSSL

/// The BIO method behind `TLSMemory`: reads from its input, appends to its output, never blocks, keeps
/// nothing.
struct TLSMemoryMethod: @unchecked Sendable {
    /// Made once for the process and never freed; immutable from then on.
    static let shared = TLSMemoryMethod()

    let pointer: OpaquePointer

    private init() {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "TLSMemory") else {
            preconditionFailure("BIO_meth_new: out of memory")
        }
        pointer = method
        BIO_meth_set_read_ex(method) { bio, bytes, capacity, count in
            TLSMemoryMethod.read(bio, bytes, capacity, count)
        }
        BIO_meth_set_write_ex(method) { bio, bytes, size, count in
            TLSMemoryMethod.write(bio, bytes, size, count)
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in TLSMemoryMethod.control(bio, command) }
    }

    private static func read(
        _ bio: OpaquePointer?, _ bytes: UnsafeMutablePointer<CChar>?, _ capacity: Int,
        _ count: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        guard let bio, let bytes, let count, let data = BIO_get_data(bio) else { return 0 }
        chat_bio_clear_retry(bio)
        count.pointee = data.assumingMemoryBound(to: TLSMemory.Area.self).pointee.take(
            into: bytes, count: capacity)
        if count.pointee > 0 { return 1 }
        chat_bio_want_read(bio)
        return 0
    }

    private static func write(
        _ bio: OpaquePointer?, _ bytes: UnsafePointer<CChar>?, _ size: Int,
        _ count: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        guard let bio, let bytes, let count, let data = BIO_get_data(bio) else { return 0 }
        chat_bio_clear_retry(bio)
        data.assumingMemoryBound(to: TLSMemory.Area.self).pointee.append(bytes, count: size)
        count.pointee = size
        return 1
    }

    private static func control(_ bio: OpaquePointer?, _ command: Int32) -> Int {
        switch command {
        case BIO_CTRL_FLUSH, BIO_CTRL_DUP, BIO_CTRL_PUSH, BIO_CTRL_POP: 1
        default: 0
        }
    }
}
