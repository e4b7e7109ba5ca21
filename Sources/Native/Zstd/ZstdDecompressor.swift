import CZstd

/// Takes one zstd frame apart (RFC 8878), in bounded memory: a frame that asks for a window of more than
/// 8 MiB is refused, and what was in it is handed out piece by piece, however much it is.
///
/// One thread at a time.
package struct ZstdDecompressor: ~Copyable {
    private static let windowLogMost: Int32 = 23

    private let context: OpaquePointer
    private var room: [UInt8]
    private var input: [UInt8] = []
    private var taken = 0
    /// The last piece filled the room: there may be more of what was taken.
    private var mayHoldMore = false
    /// The frame is whole: nothing may follow it.
    package private(set) var isFinished = false

    package init() throws(ZstdError) {
        guard let context = ZSTD_createDCtx() else { throw ZstdError("no memory for a decompressor") }
        do throws(ZstdError) {
            _ = try ZstdError.check(
                ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMost))
        } catch {
            ZSTD_freeDCtx(context)
            throw error
        }
        self.context = context
        room = [UInt8](repeating: 0, count: ZSTD_DStreamOutSize())
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Takes more of the frame. Call when `next` has answered `nil`.
    package mutating func add(_ bytes: [UInt8]) {
        precondition(taken == input.count, "ZstdDecompressor.add: there is something left")
        (input, taken) = (bytes, 0)
    }

    /// The next piece of what was in it; `nil` when more of the frame is needed, or it has ended.
    package mutating func next() throws(ZstdError) -> [UInt8]? {
        while taken < input.count || mayHoldMore {
            guard !isFinished else { throw ZstdError("bytes behind the end of the frame") }
            var made = 0
            let result = input.withUnsafeBytes { input in
                room.withUnsafeMutableBytes { room in
                    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: taken)
                    var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    let result = ZSTD_decompressStream(context, &target, &source)
                    (taken, made) = (source.pos, target.pos)
                    return result
                }
            }
            // Zero: the frame has ended, and all of it was handed out.
            isFinished = try ZstdError.check(result) == 0
            mayHoldMore = made == room.count && !isFinished
            if made > 0 { return Array(room[..<made]) }
        }
        return nil
    }
}
