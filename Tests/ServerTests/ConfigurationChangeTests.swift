import Chat
import Server
import Testing

@Suite struct ConfigurationChangeTests {
    @Test func ratesCountAtOnceAndTheRestWaitsForARestart() {
        let old = Configuration.standard
        var new = old
        new.limits.rates.messagesOfARoom.amount = 7
        new.limits.rates.isEnabled = false
        new.listenPort = 9_999
        new.limits.bodyBytes = 2_048
        let change = ConfigurationChange(from: old, to: new)
        #expect(change.applied == ["limits.enabled", "limits.roomMessages"])
        #expect(change.waiting == ["listen.port", "limits.bodyBytes"])
        #expect(change.running.limits.rates == new.limits.rates)
        #expect(change.running.listenPort == old.listenPort)
        #expect(change.running.limits.bodyBytes == old.limits.bodyBytes)
    }

    @Test func whatWaitedIsNamedAgainUntilItIsTakenBack() {
        let old = Configuration.standard
        var new = old
        new.listenPort = 9_999
        let first = ConfigurationChange(from: old, to: new)
        #expect(ConfigurationChange(from: first.running, to: new).waiting == ["listen.port"])
        #expect(ConfigurationChange(from: first.running, to: old).waiting.isEmpty)
    }

    @Test func everyRateIsLiveAndEachKeyReadsWhatItWrites() {
        for key in ConfigurationKey.all where key.isLive {
            var configuration = Configuration.standard
            let value: ConfigurationKey.Value = key.path == "limits.enabled" ? .flag(false) : .integer(1)
            key.write(&configuration, value)
            #expect(key.read(configuration) == value)
            #expect(ConfigurationChange(from: .standard, to: configuration).applied == [key.path])
        }
        #expect(ConfigurationKey.all.filter(\.isLive).count == 18)
    }
}
