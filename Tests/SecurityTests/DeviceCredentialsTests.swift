import Chat
import Native
import Security
import Testing

@Suite struct DeviceCredentialsTests {
    private let anna = PersonID(high: 1, low: 2)
    private static let identity = IdentityKey.generate(bits: 2_048)
    private let devices = InstallationSecrets(identity: identity).devices

    @Test func whatWasIssuedIsReadAgainAndNamesADeviceOfItsOwn() throws {
        let first = try #require(devices.read(devices.issue(to: anna, epoch: 7)))
        #expect(first.person == anna && first.epoch == 7)
        let second = try #require(devices.read(devices.issue(to: anna, epoch: 7)))
        #expect(first.subject != second.subject)
        // After a restart of the server too.
        let text = devices.issue(to: anna, epoch: 1)
        #expect(InstallationSecrets(identity: Self.identity).devices.read(text) != nil)
        #expect(text.utf8.count <= Limits.standard.tokenBytes)
    }

    @Test func nothingElseIsRead() {
        let text = devices.issue(to: anna, epoch: 7)
        let other = InstallationSecrets(identity: .generate(bits: 2_048)).devices
        #expect(other.read(text) == nil, "another server's")
        for place in text.utf8.indices {
            var bytes = Array(text.utf8)
            bytes[text.utf8.distance(from: text.startIndex, to: place)] ^= 1
            // A character may change without changing the bytes it stands for only in the last place's
            // padding.
            #expect(devices.read(String(decoding: bytes, as: UTF8.self)) == nil)
        }
        for junk in ["", "scd_", "scd_AAAA", text + "A", String(text.dropLast()), text + text] {
            #expect(devices.read(junk) == nil)
        }
    }
}
