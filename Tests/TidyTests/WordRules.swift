/// Words that may not stand where they stand.
enum WordRules {
    /// Unsafe code has one room: `Sources/Native`, over `Sources/C`.
    static func unsafeWords(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Sources/"), file.target != "Native", file.target != "C" else { return [] }
        guard file.mentions("nsafe", "OpaquePointer", "@unchecked") else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let bytes = Array(line.utf8)
            let found =
                ["OpaquePointer", "@unchecked", "nonisolated(unsafe)"].first { bytes.place(of: $0) != nil }
                ?? (bytes.hasWord("unsafe") ? "unsafe" : nil)
                ?? (bytes.hasUnsafeType ? "Unsafe…" : nil)
            return found.map { Finding(file, index + 1, "`\($0)` outside Native") }
        }
    }

    /// What hides a failure, ends the process without a reason, or talks to a terminal that nobody reads.
    static func bannedCalls(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        let tokens = file.code.tokens
        return tokens.indices.dropLast().compactMap { index in
            let (token, next) = (tokens[index], tokens[index + 1].text)
            switch (token.text, next) {
            case ("try", "!") where tokens[index + 1].touches: return Finding(file, token.line, "`try!`")
            case ("fatalError", "("): return Finding(file, token.line, "`fatalError(`")
            case ("print", "("), ("debugPrint", "("), ("dump", "("), ("readLine", "("):
                // The command line is the one place that speaks to a person; a function of the file's own of
                // that name is not Swift's.
                let isMethod = index > 0 && [".", "func"].contains(tokens[index - 1].text)
                let isOwn = zip(tokens, tokens.dropFirst()).contains {
                    $0.text == "func" && $1.text == token.text
                }
                return file.target == "securechat" || isMethod || isOwn
                    ? nil : Finding(file, token.line, "`\(token.text)(` outside the command line")
            default: return nil
            }
        }
    }

    /// Marks of work that is not finished, in code and comments.
    static func unfinishedWork(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        guard file.mentions("TODO", "FIXME", "XXX") else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let bytes = Array(line.utf8)
            return ["TODO", "FIXME", "XXX"].first(where: bytes.hasWord).map {
                Finding(file, index + 1, "`\($0)`")
            }
        }
    }

    /// Time and chance are arguments in the pure targets, so that a run can be repeated.
    static func clockAndChance(in file: SourceFile) -> [Finding] {
        guard ["Chat", "Wire"].contains(file.target), file.path.hasPrefix("Sources/") else { return [] }
        let tokens = file.code.tokens
        let clocks: Set<String> = [
            "Date", "DispatchTime", "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator",
            "UUID",
            "clock_gettime", "gettimeofday", "CFAbsoluteTimeGetCurrent", "getrandom", "arc4random",
        ]
        let draws: Set<String> = ["random", "randomElement", "shuffled", "shuffle"]
        return tokens.indices.dropLast().compactMap { index in
            let (token, next) = (tokens[index], tokens[index + 1].text)
            if clocks.contains(token.text) { return Finding(file, token.line, "`\(token.text)`") }
            if token.text == ".", next == "now", !isHandedIn(before: index, in: tokens) {
                return Finding(file, token.line, "`.now`")
            }
            if draws.contains(token.text), next == "(",
                !argumentLabels(after: index + 1, in: tokens).contains("using")
            {
                return Finding(file, token.line, "`\(token.text)(` without a generator")
            }
            return nil
        }
    }

    /// The pure targets open nothing, read nothing, write nothing.
    static func inputAndOutput(in file: SourceFile) -> [Finding] {
        guard ["Chat", "Wire"].contains(file.target), file.path.hasPrefix("Sources/") else { return [] }
        let doors: Set<String> = [
            "FileManager", "FileHandle", "ProcessInfo", "Process", "contentsOfFile", "URLSession",
            "InputStream",
            "OutputStream", "Thread", "RunLoop", "NotificationCenter", "getenv", "socket", "fopen",
        ]
        let tokens = file.code.tokens
        return tokens.indices.compactMap { index in
            let isMember = index > 0 && tokens[index - 1].text == "."
            let isDoor = doors.contains(tokens[index].text) && !isMember
            return isDoor
                ? Finding(file, tokens[index].line, "`\(tokens[index].text)` in a pure target") : nil
        }
    }

    /// `errno` is interpreted in one place, so all files but one are findings; none is over when there is
    /// one.
    static func errno(in files: [SourceFile]) -> [Finding] {
        let places = files.filter { $0.path.hasPrefix("Sources/") }.compactMap { file in
            file.code.tokens.first { $0.text == "errno" }.map {
                Finding(file, $0.line, "`errno` in a second file")
            }
        }
        return places.count > 1 ? places : []
    }

    /// Names that say nothing of what a thing is.
    static func emptyNames(in file: SourceFile) -> [Finding] {
        let tokens = file.code.tokens
        let kinds: Set<String> = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        return tokens.indices.dropLast().compactMap { index in
            let name = tokens[index + 1].text
            guard kinds.contains(tokens[index].text) else { return nil }
            let isEmpty = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities"].contains(
                where: name.hasSuffix)
            return isEmpty ? Finding(file, tokens[index].line, "type `\(name)`") : nil
        }
    }

    /// `.now` of a value that was handed in (`context.now`) is an argument; of a clock or a type it is none.
    private static func isHandedIn(before point: Int, in tokens: [SwiftCode.Token]) -> Bool {
        guard point > 0, let first = tokens[point - 1].text.unicodeScalars.first else { return false }
        return first.properties.isLowercase && !tokens[point - 1].text.lowercased().hasSuffix("clock")
    }

    private static func argumentLabels(after open: Int, in tokens: [SwiftCode.Token]) -> Set<String> {
        var labels: Set<String> = []
        var depth = 0
        for place in open..<tokens.count {
            if tokens[place].text == "(" { depth += 1 }
            if tokens[place].text == ")" { depth -= 1 }
            if depth == 0 { break }
            if depth == 1, place + 1 < tokens.count, tokens[place + 1].text == ":" {
                labels.insert(tokens[place].text)
            }
        }
        return labels
    }
}
