extension CurrentProcess {
    /// Which of the arguments, the first being 1, is no UTF-8: `CommandLine.arguments` has it altered. `nil`
    /// when none is. Any thread may look.
    package static var alteredArgument: Int? {
        (1..<max(Int(CommandLine.argc), 1)).first { index in
            guard let argument = CommandLine.unsafeArgv[index] else { return false }
            return String(validatingCString: argument) == nil
        }
    }
}
