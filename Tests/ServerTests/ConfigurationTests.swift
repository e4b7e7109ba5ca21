import Chat
import Security
import Testing

@testable import Server

@Suite struct ConfigurationTests {
    private func read(
        _ text: String? = nil, environment: [String: String] = [:],
        setting: ConfigurationReader.Setting = .init()
    ) -> ConfigurationReader.Outcome {
        let file = text.map { ConfigurationReader.File(name: "config.json", bytes: Array($0.utf8)) }
        return ConfigurationReader.read(file: file, environment: environment, setting: setting)
    }

    private func accepted(_ outcome: ConfigurationReader.Outcome) throws -> EffectiveConfiguration {
        guard case .accepted(let effective) = outcome else { throw Refused(outcome: outcome) }
        return effective
    }

    private func problems(_ outcome: ConfigurationReader.Outcome) -> [String] {
        guard case .refused(let problems) = outcome else { return [] }
        return problems.map(\.description)
    }

    private struct Refused: Error { let outcome: ConfigurationReader.Outcome }

    // MARK: what is accepted

    @Test func nothingGivenIsTheDefault() throws {
        let effective = try accepted(read())
        #expect(effective.configuration == .standard)
        #expect(ConfigurationKey.all.allSatisfy { effective.origin(of: $0) == .standard })
        #expect(try accepted(read("{}")).configuration == .standard)
    }

    @Test func theEnvironmentStandsOverTheFileAndTheFileOverTheDefault() throws {
        let effective = try accepted(
            read(
                "{\"listen\": {\n\"port\": 1000,\n\"loops\": 3}, \"log\": {\"level\": \"debug\"}}",
                environment: [
                    "SECURECHAT_LISTEN_PORT": "2000", "PATH": "/bin", "SECURECHAT_SERVER_NAME": "a.example",
                ]))
        #expect(effective.configuration.listenPort == 2_000)
        #expect(effective.configuration.loops == 3)
        #expect(effective.configuration.logLevel == .debug)
        #expect(effective.configuration.serverName == "a.example")
        #expect(effective.origins["listen.port"] == .environment(name: "SECURECHAT_LISTEN_PORT"))
        #expect(effective.origins["listen.loops"] == .file(name: "config.json", line: 3))
        #expect(effective.origins["listen.address"] == nil)
    }

    @Test func limitsOfTheOperatorAreTheSystemsLimits() throws {
        let effective = try accepted(
            read(#"{"limits": {"idleSeconds": 30, "bodyBytes": 2048, "connectionsPerAddress": 5}}"#))
        #expect(effective.configuration.limits.idleDeadline == .seconds(30))
        #expect(effective.configuration.limits.bodyBytes == 2_048)
        #expect(effective.configuration.limits.connectionsFromOneAddress == 5)
        #expect(effective.configuration.limits.window == Limits.standard.window)
    }

    @Test func commentsAndASchemaMayStandInTheFile() throws {
        let text = #"{"$schema": "x", "$comment": "why", "listen": {"$comment": "and why", "port": 1}}"#
        #expect(try accepted(read(text)).configuration.listenPort == 1)
        #expect(problems(read(#"{"listen": {"$schema": "x"}}"#)).count == 1)
        #expect(problems(read(#"{"$comment": 1}"#)).count == 1)
    }

    @Test func whatOthersPutIntoTheEnvironmentIsLeftAlone() throws {
        let environment = [
            "SECURECHAT_PASSWORD": "p", "SECURECHAT_TOKEN": "t", "SECURECHAT_PORT": "tcp://10.0.0.1:8443",
            "SECURECHAT_PORT_8443_TCP": "x", "SECURECHAT_SERVICE_HOST": "10.0.0.1",
            "SECURECHAT_LOG_LEVEL": "",
            "SECURECHATTER": "x", "LISTEN_PORT": "1",
        ]
        #expect(try accepted(read(environment: environment)).configuration == .standard)
    }

    @Test(
        "Every key can be set by file and by environment, and shows where it came from",
        arguments: ConfigurationKey.all.map(\.path))
    func everyKey(path: String) throws {
        let key = try #require(ConfigurationKey.named(path))
        let (json, text): (JSONValue, String) =
            switch key.rule {
            case .integer(let range): (.integer(range.lowerBound), String(range.lowerBound))
            case .flag: (.flag(true), "true")
            case .choice(let choices): (.text(choices[0]), choices[0])
            case .text(.hostOrEmpty): (.text("a.example"), "a.example")
            case .text(.serverURLOrEmpty): (.text("https://a.example"), "https://a.example")
            case .text(.address): (.text("::1"), "::1")
            case .text(.networksOrEmpty): (.text("10.0.0.0/8, ::1"), "10.0.0.0/8, ::1")
            // Of providers alone, which have tests of their own.
            case .text(.issuer), .text(.line), .text(.pathOrEmpty): (.text("/a"), "/a")
            }
        let file = JSONValue.object([.init(key.section, .object([.init(key.lastName, json)]))])
        let byFile = try accepted(read(file.encoded()))
        #expect(key.read(byFile.configuration).json == json)
        #expect(byFile.origin(of: key) == .file(name: "config.json", line: 1))
        let byEnvironment = try accepted(read(environment: [key.environmentName: text]))
        #expect(byEnvironment.configuration == byFile.configuration)
        #expect(byEnvironment.origin(of: key) == .environment(name: key.environmentName))
        #expect(!key.lastName.contains("_") && path.split(separator: ".").count == 2)
    }

    // MARK: what is refused

    @Test(
        "Each mistake is told with its place, the value and the mend",
        arguments: [
            (#"{"listen": {"port": 99999}}"#, "listen.port is 99999: it is out of range", toPort),
            (#"{"listen": {"port": "80"}}"#, "listen.port is \"80\": it is text", toPort),
            (#"{"listen": {"port": 1.5}}"#, "listen.port is 1.5: it is a number", toPort),
            (
                #"{"listen": {"prot": 1}}"#, "listen.prot is 1: there is no such key",
                "Did you mean listen.port? Otherwise remove it"
            ),
            (
                #"{"lisen": {}}"#, "lisen is {}: there is no such key",
                "Did you mean listen? Otherwise remove it"
            ),
            (
                #"{"listen.port": 5}"#, "listen.port is 5: there is no such key",
                #"Keys nest: write {"listen":{"port":5}}"#
            ),
            (
                #"{"limits.bodyByte": "x"}"#, #"limits.bodyByte is "x": there is no such key"#,
                #"Keys nest: write {"limits":{"bodyBytes":65536}}"#
            ),
            (
                #"{"cluster": {"node": "a"}}"#, #"cluster is {"node":"a"}: there is no such key"#,
                "Remove it; `securechat config schema` lists the keys"
            ),
            (
                #"{"listen": 8443}"#, "listen is 8443: it is a whole number",
                #"Write an object: {"listen": {…}}"#
            ),
            (#"{"listen": {"pin": 1}}"#, "listen.pin is 1: it is a whole number", "Give it true or false"),
            (
                #"{"listen": {"address": "eth0"}}"#, #"listen.address is "eth0": it cannot be that"#,
                #"Give it an IP address of this machine, "0.0.0.0" or "::""#
            ),
            (
                #"{"storage": {"backend": "files"}}"#,
                #"storage.backend is "files": there is no such choice"#,
                #"Give it one of "embedded", "memory""#
            ),
            ("[]", "[]: the file holds a list", #"Write an object: {"listen": {"port": 8443}}"#),
            ("{\"a\": }", "a value should stand where '}' is", "Mend the file's JSON there"),
        ])
    func refuses(text: String, what: String, mend: String) {
        #expect(problems(read(text)) == ["config.json:1: \(what). \(mend)."])
    }

    private static let toPort = "Give it a whole number from 0 to 65535"

    @Test func aVariableThatIsNoKeyIsRefused() {
        #expect(
            problems(read(environment: ["SECURECHAT_LISTEN_PROT": "1"])) == [
                "environment SECURECHAT_LISTEN_PROT: \"1\": there is no key of this name. "
                    + "Did you mean SECURECHAT_LISTEN_PORT? Otherwise unset it."
            ])
        #expect(
            problems(read(environment: ["SECURECHAT_LISTEN_PIN": "yes"])) == [
                "environment SECURECHAT_LISTEN_PIN: listen.pin is \"yes\": it cannot be that. "
                    + "Give it true or false."
            ])
    }

    @Test func allProblemsAreToldAtOnce() {
        let text = #"{"listen": {"port": -1, "loops": "x"}, "nonsense": 1, "log": {"level": 3}}"#
        #expect(problems(read(text, environment: ["SECURECHAT_LIMITS_PEOPLE": "0"])).count == 5)
    }

    @Test func theirNumberAndTheirLengthAreBounded() {
        let many = "{" + (0..<5_000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}"
        #expect(problems(read(many)).count == ConfigurationReader.maxProblems)
        let long = #"{"server": {"name": ""# + String(repeating: "ä ", count: 20_000) + #""}}"#
        #expect(problems(read(long)).allSatisfy { $0.utf8.count < 400 })
    }

    @Test func memoryIsForDevelopmentOnly() throws {
        let text = #"{"storage": {"backend": "memory"}}"#
        #expect(problems(read(text)).first?.contains("serve --dev") == true)
        #expect(
            try accepted(read(text, setting: .init(isDevelopment: true))).configuration.backend == .memory)
    }

    @Test func pinnedLoopsNeedAProcessorEach() throws {
        let text = #"{"listen": {"pin": true, "loops": 3}}"#
        #expect(problems(read(text, setting: .init(processors: 2))).first?.contains("there are 2") == true)
        #expect(try accepted(read(text, setting: .init(processors: 3))).configuration.pinsLoops)
    }

    @Test func aLimitPerAddressAboveTheWholeIsRefused() throws {
        #expect(problems(read(#"{"limits": {"connections": 10, "connectionsPerAddress": 11}}"#)).count == 1)
        // Lowering the whole alone is no mistake: it holds for one address as well.
        #expect(
            try accepted(read(#"{"limits": {"connections": 10}}"#)).configuration.limits.connections == 10)
    }

    /// What the keys' ranges let through must never break a relation between the limits.
    @Test func noAllowedValueBreaksTheLimits() {
        for key in ConfigurationKey.all {
            guard case .integer(let range) = key.rule else { continue }
            for value in [range.lowerBound, range.upperBound] {
                var configuration = Configuration.standard
                key.write(&configuration, .integer(value))
                #expect(configuration.limits.violations().isEmpty, "\(key.path) = \(value)")
            }
        }
    }
}

@Suite struct SpellingTests {
    @Test func countsWhatMustChange() {
        #expect(Spelling.distance("kitten", "sitting") == 3)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("Same", "same") == 0)
    }

    @Test func nothingNearIsNothing() {
        #expect(Spelling.nearest(to: "zzzzzzzz", among: ["listen", "log"]) == nil)
        #expect(Spelling.nearest(to: String(repeating: "a", count: 10_000), among: ["a"]) == nil)
    }
}
