import ArgumentParser

/// Exports: JSON, an object a line, ending with one that says how many lines there are before it.
extension RoomCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a room's whole history as JSON lines, with what its digest chain is made of.",
            discussion: """
                Each event is held to the chain as it is written. The last line has the number of lines \
                before it: without it the export is not whole. Direct rooms are named by their ids.
                """)
        @Argument(help: "The room's name or id.") var name: String
        @Option(help: "A new file for it, readable for its owner alone. Default: the output.")
        var output: String?
        @OptionGroup var server: ServerOptions

        func run() throws {
            try export(to: output, of: server) { ask, file, progress in
                try RoomExport(ask: ask, file: file).write(name, progress: &progress)
            }
        }
    }
}

extension UserCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what the server has of a person as JSON lines, without secrets.",
            discussion: """
                Who they are, where they are logged in, their rooms, blocks and links, every event that they \
                are the author of or that is about them, and the audit log's entries of them. The last line \
                has the number of lines before it: without it the export is not whole.
                """)
        @Argument var name: String
        @Option(help: "A new file for it, readable for its owner alone. Default: the output.")
        var output: String?
        @OptionGroup var server: ServerOptions

        func run() throws {
            try export(to: output, of: server) { ask, file, progress in
                try PersonExport(ask: ask, file: file).write(name, progress: &progress)
            }
        }
    }
}

private func export(
    to path: String?, of server: ServerOptions,
    _ body: (@escaping Administrator.Ask, ExportFile, inout ProgressBar) throws -> Void
) throws {
    try Administrator(options: server).converse { ask in
        // By now root is the directory's owner, where no server runs: what it may not write fails first.
        let file = try ExportFile(path)
        var progress = ProgressBar()
        defer { progress.end() }
        try body(ask, file, &progress)
        try file.finish()
    }
}
