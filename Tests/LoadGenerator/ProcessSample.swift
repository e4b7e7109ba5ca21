import Foundation

/// What the kernel says of a process and of the machine at one moment (proc(5)).
struct ProcessSample: Sendable {
    /// Kibibytes.
    let resident: Int
    /// Without pages of files, such as the program's own code, which the kernel may drop at any time.
    let anonymous: Int
    /// Seconds since the start of the process.
    let processor: Double
    /// Seconds of all processors together since the machine's start, without those idle.
    let machineBusy: Double
    /// One, five and fifteen minutes' load.
    let load: Double

    private static let tick = 0.01

    init(process: Int32) {
        let status = Self.lines(of: "/proc/\(process)/status")
        resident = Self.kibibytes("VmRSS:", status)
        anonymous = Self.kibibytes("RssAnon:", status)
        processor = Self.processorTime(of: process)
        let all = (Self.lines(of: "/proc/stat").first ?? "").split(separator: " ").dropFirst().map {
            Double($0) ?? 0
        }
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user already.
        let idle = all.count > 4 ? all[3] + all[4] : 0
        machineBusy = (all.prefix(8).reduce(0, +) - idle) * Self.tick
        let loads = Self.lines(of: "/proc/loadavg").first?.split(separator: " ") ?? []
        load = loads.first.flatMap { Double($0) } ?? 0
    }

    static func processorTime(of process: Int32) -> Double {
        let stat = lines(of: "/proc/\(process)/stat").first ?? ""
        // The name is in parentheses and may hold spaces: fields are counted from behind it.
        let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 12 else { return 0 }
        return ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) * tick
    }

    private static func kibibytes(_ name: String, _ lines: [String]) -> Int {
        let line = lines.first { $0.hasPrefix(name) } ?? ""
        let words = line.split(separator: " ")
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    private static func lines(of path: String) -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map(String.init)
    }
}
