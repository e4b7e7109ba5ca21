import COpenSSL

/// The ciphertext and plaintext scratch that all TLS sessions of one thread share.
///
/// A session reads its ciphertext from here and leaves its output here, so an idle session owns no buffers at
/// all: a BIO pair for each connection would cost 34 KB. One per event loop, used on that thread only, dead
/// after its last session. What a session left in the output belongs to that session's connection: take it
/// before using the next session.
@safe package final class TLSMemory {
    /// What the BIO's callbacks see: plain memory, because they run inside OpenSSL.
    struct Area {
        var input: UnsafePointer<UInt8>?
        var inputCount = 0
        var output: UnsafeMutablePointer<UInt8>
        var outputCount = 0
        var outputCapacity: Int
        /// True while the output is lent to a reader: nothing may move it.
        var outputIsLent = false
    }

    /// One TLS record's plaintext at most (RFC 8446, 5.1).
    static let plaintextCapacity = 16_384
    /// What the output keeps between turns; a larger one is given back once it is empty.
    private static let keptOutputCapacity = 131_072

    let area: UnsafeMutablePointer<Area>
    let plaintext: UnsafeMutablePointer<UInt8>
    /// Shared by all sessions: it keeps nothing of any of them.
    private let bio: OpaquePointer
    /// True inside a session's `receive`: the plaintext scratch holds what is being delivered.
    var isReceiving = false

    package init() {
        area = .allocate(capacity: 1)
        let output = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.keptOutputCapacity)
        area.initialize(to: Area(output: output, outputCapacity: Self.keptOutputCapacity))
        plaintext = .allocate(capacity: Self.plaintextCapacity)
        guard let bio = BIO_new(TLSMemoryMethod.shared.pointer) else {
            preconditionFailure("BIO_new: out of memory")
        }
        self.bio = bio
        BIO_set_data(bio, area)
        BIO_set_init(bio, 1)
    }

    deinit {
        BIO_free(bio)
        area.pointee.output.deallocate()
        area.deinitialize(count: 1)
        area.deallocate()
        plaintext.deallocate()
    }

    /// Ciphertext that waits to be sent, in bytes.
    package var outputCount: Int { area.pointee.outputCount }

    /// Lends the ciphertext that waits to be sent. `body` must not use a session of this memory: that traps.
    package func withOutput<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(!area.pointee.outputIsLent, "TLSMemory.withOutput inside itself")
        area.pointee.outputIsLent = true
        defer { area.pointee.outputIsLent = false }
        let bytes = UnsafeBufferPointer(start: area.pointee.output, count: area.pointee.outputCount)
        return try body(Span(_unsafeElements: bytes))
    }

    /// Forgets the output: it was sent, or copied elsewhere, or its connection is gone.
    package func clearOutput() {
        precondition(!area.pointee.outputIsLent, "TLSMemory.clearOutput while the output is lent")
        area.pointee.outputCount = 0
        guard area.pointee.outputCapacity > Self.keptOutputCapacity else { return }
        area.pointee.output.deallocate()
        area.pointee.output = .allocate(capacity: Self.keptOutputCapacity)
        area.pointee.outputCapacity = Self.keptOutputCapacity
    }

    /// Adds to the output what OpenSSL did not write itself.
    func appendOutput(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { area.pointee.append($0.baseAddress!, count: $0.count) }
    }

    /// Makes this memory the session's only way to read and write.
    func attach(to session: OpaquePointer) {
        BIO_up_ref(bio)
        SSL_set_bio(session, bio, bio)
    }
}

extension TLSMemory.Area {
    mutating func append(_ bytes: UnsafeRawPointer, count: Int) {
        precondition(!outputIsLent, "a TLS session was used while its output was lent")
        if count > outputCapacity - outputCount { grow(toHold: outputCount + count) }
        UnsafeMutableRawPointer(output + outputCount).copyMemory(from: bytes, byteCount: count)
        outputCount += count
    }

    private mutating func grow(toHold count: Int) {
        let capacity = max(count, outputCapacity * 2)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: output, count: outputCount)
        output.deallocate()
        output = larger
        outputCapacity = capacity
    }

    /// Moves up to `count` bytes of input; 0 when all is read.
    mutating func take(into bytes: UnsafeMutableRawPointer, count: Int) -> Int {
        let taken = min(count, inputCount)
        guard taken > 0, let start = input else { return 0 }
        bytes.copyMemory(from: start, byteCount: taken)
        input = start + taken
        inputCount -= taken
        return taken
    }
}
