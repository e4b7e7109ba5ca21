import Chat
package import Native
import Security

/// Makes a configuration of the defaults, a file and the environment, each over the one before.
///
/// Says everything that is wrong at once, each with its place and the mend. Any bytes are safe to give.
package struct ConfigurationReader {
    /// What the values are judged against besides themselves.
    package struct Setting: Sendable {
        package var isDevelopment: Bool
        /// How many processors this process may use; `nil` when nobody asked.
        package var processors: Int?
        /// What the program that will run it was built with.
        package var traits: [Trait]

        package init(
            isDevelopment: Bool = false, processors: Int? = nil, traits: [Trait] = Trait.allCases
        ) {
            self.isDevelopment = isDevelopment
            self.processors = processors
            self.traits = traits
        }
    }

    /// A file's name for messages, and its bytes.
    package struct File: Sendable {
        package let name: String
        package let bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    package enum Outcome: Hashable, Sendable {
        case accepted(EffectiveConfiguration)
        /// At least one.
        case refused([ConfigurationProblem])
    }

    /// More problems than these are not told: a file that is wrong throughout is not read to its end.
    package static let maxProblems = 100

    var configuration = Configuration.standard
    private var origins: [String: ConfigurationOrigin] = [:]
    private var problems: [ConfigurationProblem] = []

    package static func read(
        file: File? = nil, environment: [String: String] = [:], setting: Setting = Setting()
    ) -> Outcome {
        var reader = Self()
        if let file { reader.apply(file) }
        reader.apply(environment)
        reader.makeRoomForTokens()
        reader.judge(setting)
        reader.judgeProviders(setting)
        guard reader.problems.isEmpty else { return .refused(Array(reader.problems.prefix(maxProblems))) }
        return .accepted(EffectiveConfiguration(configuration: reader.configuration, origins: reader.origins))
    }

    // MARK: the file

    private mutating func apply(_ file: File) {
        do {
            let document = try JSONReader.read(file.bytes)
            apply(document, of: file)
        } catch {
            refuse(
                .file(name: file.name, line: error.line), "", nil, error.reason, "Mend the file's JSON there")
        }
    }

    private mutating func apply(_ document: JSONReader.Document, of file: File) {
        guard case .object(let sections) = document.value else {
            refuse(
                .file(name: file.name, line: 1), "", document.value.encoded(),
                "the file holds \(document.value.kindName)", "Write an object: {\"listen\": {\"port\": 8443}}"
            )
            return
        }
        for section in sections where !isComment(section, isTop: true) {
            let origin = ConfigurationOrigin.file(name: file.name, line: document.lines[section.name] ?? 0)
            if section.name == ConfigurationKey.providerSection {
                applyProviders(section.value, document, of: file)
                continue
            }
            guard ConfigurationKey.all.contains(where: { $0.section == section.name }) else {
                refuse(
                    origin, section.name, section.value.encoded(), "there is no such key",
                    nesting(of: section) ?? advice(forUnknown: section.name))
                continue
            }
            guard case .object(let members) = section.value else {
                refuse(
                    origin, section.name, section.value.encoded(), "it is \(section.value.kindName)",
                    "Write an object: {\"\(section.name)\": {…}}")
                continue
            }
            for member in members where !isComment(member, isTop: false) {
                let path = "\(section.name).\(member.name)"
                apply(member.value, to: path, from: .file(name: file.name, line: document.lines[path] ?? 0))
            }
        }
    }

    mutating func apply(_ value: JSONValue, to path: String, from origin: ConfigurationOrigin) {
        guard let key = ConfigurationKey.named(path) else {
            refuse(origin, path, value.encoded(), "there is no such key", advice(forUnknown: path))
            return
        }
        guard let accepted = key.rule.value(of: value) else {
            refuse(
                origin, path, value.encoded(), reason(value, against: key.rule), "Give it \(key.rule.demand)")
            return
        }
        set(key, to: accepted, from: origin)
    }

    /// JSON has no comments: a text named `$comment` may stand in each object, and `$schema` at the top.
    func isComment(_ member: JSONValue.Member, isTop: Bool) -> Bool {
        guard case .text = member.value else { return false }
        return member.name == "$comment" || isTop && member.name == "$schema"
    }

    private func reason(_ value: JSONValue, against rule: ConfigurationKey.Rule) -> String {
        switch (rule, value) {
        case (.integer, .integer): "it is out of range"
        case (.choice, .text): "there is no such choice"
        case (.text, .text): "it cannot be that"
        case (.integer, _), (.flag, _), (.choice, _), (.text, _): "it is \(value.kindName)"
        }
    }

    // MARK: the environment

    /// Read by clients: no keys, whatever they hold.
    private static let reserved: Set<String> = ["SECURECHAT_PASSWORD", "SECURECHAT_TOKEN"]

    private mutating func apply(_ environment: [String: String]) {
        let keys = Dictionary(uniqueKeysWithValues: ConfigurationKey.all.map { ($0.environmentName, $0) })
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where isOurs(name) && !value.isEmpty
        {
            let origin = ConfigurationOrigin.environment(name: name)
            let written = JSONValue.text(value).encoded()
            guard let key = keys[name] ?? ConfigurationKey.ofProviders(variable: name) else {
                refuse(origin, "", written, "there is no key of this name", advice(forUnknownVariable: name))
                continue
            }
            guard let accepted = key.rule.value(ofVariable: value) else {
                refuse(origin, key.path, written, "it cannot be that", "Give it \(key.rule.demand)")
                continue
            }
            set(key, to: accepted, from: origin)
        }
    }

    /// Container platforms describe a service that is called securechat by variables of their own; these are
    /// no keys.
    private func isOurs(_ name: String) -> Bool {
        guard name.hasPrefix(ConfigurationKey.environmentPrefix), !Self.reserved.contains(name) else {
            return false
        }
        let rest = name.dropFirst(ConfigurationKey.environmentPrefix.count)
        return rest != "PORT" && !rest.hasPrefix("PORT_") && !rest.hasPrefix("SERVICE_")
    }

    // MARK: the whole

    private mutating func judge(_ setting: Setting) {
        if configuration.backend == .memory, !setting.isDevelopment {
            refuseCombination(
                "storage.backend", "\"memory\"", "it would forget every message when the server stops",
                "Use \"embedded\", or start with serve --dev")
        }
        if configuration.pinsLoops, let processors = setting.processors, configuration.loops > processors {
            refuseCombination(
                "listen.loops", String(configuration.loops),
                "with listen.pin each loop needs a processor of its own, and there are \(processors)",
                "Lower it to \(processors) at most, or set listen.pin to false")
        }
        let limits = configuration.limits
        if limits.connectionsFromOneAddress > limits.connections, isGiven("limits.connectionsPerAddress") {
            refuseCombination(
                "limits.connectionsPerAddress", String(limits.connectionsFromOneAddress),
                "it is more than limits.connections, which is \(limits.connections)",
                "Lower it, or raise the other")
        }
        if limits.memoryMegabytes > 0, limits.memoryMegabytes < limits.memoryLeastMegabytes {
            refuseCombination(
                "memory.limit", String(limits.memoryMegabytes),
                "the program alone takes most of that",
                "Give it \(limits.memoryLeastMegabytes) at least, or 0 for a share of what there is")
        }
        for relation in limits.violations() {
            refuse(
                .standard, "limits", nil, "these limits cannot stand together: \(relation)",
                "Change one of them")
        }
    }

    func isGiven(_ path: String) -> Bool { origins[path] != nil }

    mutating func refuseCombination(_ path: String, _ value: String, _ reason: String, _ mend: String) {
        refuse(origins[path] ?? .standard, path, value, reason, mend)
    }

    private mutating func set(
        _ key: ConfigurationKey, to value: ConfigurationKey.Value, from origin: ConfigurationOrigin
    ) {
        key.write(&configuration, value)
        origins[key.path] = origin
    }

    mutating func refuse(
        _ origin: ConfigurationOrigin, _ path: String, _ value: String?, _ reason: String, _ mend: String
    ) {
        guard problems.count < Self.maxProblems else { return }
        problems.append(ConfigurationProblem(origin, path: path, value: value, reason: reason, mend: mend))
    }
}

// MARK: - What was probably meant

extension ConfigurationReader {
    private func advice(forUnknown path: String) -> String {
        let words = path.split(separator: ".")
        let candidates =
            words.count == 3
            ? ConfigurationKey.ofProvider(String(words[1])).map(\.path)
            : words.count > 1 ? ConfigurationKey.all.map(\.path) : ConfigurationKey.all.map(\.section)
        guard let nearest = Spelling.nearest(to: path, among: candidates) else {
            return "Remove it; `securechat config schema` lists the keys"
        }
        return "Did you mean \(nearest)? Otherwise remove it"
    }

    /// `"listen.port": 5` in place of `"listen": {"port": 5}`.
    private func nesting(of member: JSONValue.Member) -> String? {
        let paths = ConfigurationKey.all.map(\.path)
        guard member.name.contains("."), let path = Spelling.nearest(to: member.name, among: paths),
            let key = ConfigurationKey.named(path)
        else { return nil }
        let value = key.rule.value(of: member.value)?.json ?? key.read(.standard).json
        let nested = JSONValue.object([.init(key.section, .object([.init(key.lastName, value)]))])
        return "Keys nest: write \(nested.encoded())"
    }

    private func advice(forUnknownVariable name: String) -> String {
        guard let nearest = Spelling.nearest(to: name, among: ConfigurationKey.all.map(\.environmentName))
        else {
            return "Unset it; `securechat config schema` lists the keys"
        }
        return "Did you mean \(nearest)? Otherwise unset it"
    }
}
