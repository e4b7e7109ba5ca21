import CZstd

/// Compresses a stream into one zstd frame (RFC 8878) with a checksum, in bounded memory: some megabytes at
/// the levels that are used here.
///
/// One thread at a time.
package struct ZstdCompressor: ~Copyable {
    private let context: OpaquePointer
    private var room: [UInt8]

    /// `level` is zstd's: 3 is its default.
    package init(level: Int32 = 3) throws(ZstdError) {
        guard let context = ZSTD_createCCtx() else { throw ZstdError("no memory for a compressor") }
        do throws(ZstdError) {
            _ = try ZstdError.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
            _ = try ZstdError.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
        } catch {
            ZSTD_freeCCtx(context)
            throw error
        }
        self.context = context
        room = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Takes more, and answers what of the frame is ready by it: not much more than was taken.
    package mutating func add(_ bytes: [UInt8]) throws(ZstdError) -> [UInt8] {
        try run(bytes, ZSTD_e_continue)
    }

    /// Ends the frame, and answers the rest of it.
    package mutating func finish() throws(ZstdError) -> [UInt8] { try run([], ZSTD_e_end) }

    private mutating func run(
        _ bytes: [UInt8], _ directive: ZSTD_EndDirective
    ) throws(ZstdError) -> [UInt8] {
        var ready: [UInt8] = []
        var taken = 0
        while true {
            var made = 0
            let result = bytes.withUnsafeBytes { input in
                room.withUnsafeMutableBytes { room in
                    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: taken)
                    var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    let result = ZSTD_compressStream2(context, &target, &source, directive)
                    (taken, made) = (source.pos, target.pos)
                    return result
                }
            }
            let left = try ZstdError.check(result)
            ready += room[..<made]
            // At the end zstd says what is left to be flushed; before, all must have been taken.
            if directive == ZSTD_e_end ? left == 0 : taken == bytes.count { return ready }
        }
    }
}
