import Wire

/// A sealed connection with somebody in between who cuts, changes, repeats and swaps: what comes out is what
/// was sealed, in its order, up to the first harm, and nothing behind it.
enum SealedFuzzing {
    private static let limit = 512

    /// The first byte says how large the pieces are in which it arrives, the second how many frames there
    /// are; then three bytes for each harm: its kind, its place, a value.
    static func run(_ bytes: [UInt8]) {
        guard bytes.count >= 2 else { return }
        let count = Int(bytes[1] & 7) + 1
        let table = Table()
        var client = Seal(side: .client, generation: table.generation())
        let messages = (0..<count).map { number in
            (0...number * 13).map { UInt8(truncatingIfNeeded: number + $0) }
        }
        let payloads = messages.map {
            Array(FrameEncoder.frame(of: $0).dropFirst(FrameDecoder.headerBytes))
        }
        let honest = messages.map { client.frame(of: $0) }
        let stream = harmed(honest, by: Array(bytes.dropFirst(2).prefix(96)))
        var unharmed = 0
        var rest = stream[...]
        for frame in honest {
            guard rest.starts(with: frame) else { break }
            rest = rest.dropFirst(frame.count)
            unharmed += 1
        }
        let found = received(stream, piece: Int(bytes[0]) + 1, table)
        precondition(found == Array(payloads.prefix(unharmed)), "other than what was sealed came out")
    }

    private static func harmed(_ honest: [[UInt8]], by script: [UInt8]) -> [UInt8] {
        var frames = honest
        var place = 0
        while place + 2 < script.count {
            let (kind, target, value) = (script[place] % 7, Int(script[place + 1]), script[place + 2])
            place += 3
            guard !frames.isEmpty else { break }
            let index = target % frames.count
            let spot = frames[index].isEmpty ? 0 : Int(value) % frames[index].count
            switch kind {
            case 0: if !frames[index].isEmpty { frames[index][spot] ^= value | 1 }
            case 1: frames.remove(at: index)
            case 2: frames.insert(frames[index], at: min(Int(value), frames.count))
            case 3: frames.swapAt(index, Int(value) % frames.count)
            case 4: frames[index].removeLast(min(Int(value), frames[index].count))
            case 5: frames[index].append(value)
            default: frames[index] = [0, 0, target > 127 ? 2 : 0, value] + frames[index].dropFirst(4)
            }
        }
        return frames.flatMap { $0 }
    }

    private static func received(_ stream: [UInt8], piece: Int, _ table: Table) -> [[UInt8]] {
        var seal: Seal? = Seal(side: .server, generation: table.generation())
        var decoder = FrameDecoder(limit: limit)
        var found: [[UInt8]] = []
        var fed = 0
        while fed < stream.count {
            let end = min(fed + piece, stream.count)
            decoder.append(Array(stream[fed..<end]).span)
            fed = end
            do throws(FrameError) {
                while let payload = try decoder.next(opening: &seal) { found.append(payload) }
            } catch {
                return found
            }
        }
        return found
    }

    /// What was sealed, under which number: opens that and nothing else, as a cipher without a flaw would.
    private final class Table: SealKey, SealChain {
        private var sealed: [UInt64: (header: [UInt8], payload: [UInt8], sealed: [UInt8])] = [:]

        func generation() -> SealGeneration { SealGeneration(client: self, server: self, chain: self) }

        func seal(_ frame: Range<Int>, of bytes: inout [UInt8], sequence: UInt64) {
            precondition(sealed[sequence] == nil, "a sequence was used twice")
            let payload = frame.lowerBound + FrameDecoder.headerBytes
            let plain = Array(bytes[payload..<frame.upperBound - SealedFrame.overhead])
            let cover =
                plain.map { $0 ^ 0x5a }
                + [UInt8](repeating: UInt8(sequence), count: SealedFrame.overhead)
            sealed[sequence] = (Array(bytes[frame.lowerBound..<payload]), plain, cover)
            bytes.replaceSubrange(payload..<frame.upperBound, with: cover)
        }

        func open(_ bytes: Span<UInt8>, header: Span<UInt8>, sequence: UInt64) -> [UInt8]? {
            guard let entry = sealed[sequence], entry.header == Self.array(header),
                entry.sealed == Self.array(bytes)
            else { return nil }
            return entry.payload
        }

        private static func array(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }
    }
}
