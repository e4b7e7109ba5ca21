import Foundation

/// One line of output.
struct Result: Codable {
    var mode: String
    var connections: Int
    var roomSize: Int?
    var messagesInRecord: Int?
    var rate: Double?
    var faultless: Bool?
    var messagesPerSecond: Double?
    var deliveriesPerSecond: Double?
    var lost: Int?
    var duplicates: Int?
    var refused: Int?
    var wrongAcks: Int?
    var delivery: LatencySummary?
    var ack: LatencySummary?
    var emptyKiB: Int?
    var emptyAnonymousKiB: Int?
    var residentKiB: Int?
    var anonymousKiB: Int?
    var bytesPerConnection: Int?
    var serverSeconds: Double?
    var serverSecondsPer100k: Double?
    /// Of one processor, in percent.
    var serverPercent: Double?
    var generatorPercent: Double?
    /// What everybody else took: distrust a measurement where it is not small.
    var otherPercent: Double?
    var load: Double?

    init(mode: String, connections: Int) {
        self.mode = mode
        self.connections = connections
    }

    func print() {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let line = try? encoder.encode(self) else { return }
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }
}

func progress(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}
