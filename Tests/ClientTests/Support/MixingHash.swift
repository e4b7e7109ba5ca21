import Chat

/// Thirty-two bytes that depend on every byte of the input: enough for tables, and free of any library.
struct MixingHash: Hashing {
    func sha256(_ bytes: [UInt8]) -> Digest {
        var words: [UInt64] = [0x6a09, 0xbb67, 0x3c6e, 0xa54f]
        for (index, byte) in bytes.enumerated() {
            let place = index % 4
            words[place] = (words[place] ^ UInt64(byte) ^ words[(place + 3) % 4] >> 7) &* 0x100_0000_01b3
        }
        var output: [UInt8] = []
        for round in 0..<4 {
            let word =
                words[round] ^ (words[(round + 1) % 4] &* 0x9e37_79b9_7f4a_7c15) ^ words[(round + 2) % 4]
                >> 13
            for shift in 0..<8 { output.append(UInt8(truncatingIfNeeded: word >> UInt64(shift * 8))) }
        }
        return Digest(bytes: output) ?? .zero
    }
}
