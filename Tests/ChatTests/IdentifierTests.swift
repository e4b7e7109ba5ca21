import Testing

@testable import Chat

@Suite struct IdentifierTests {
    @Test func textFormReadsBackAndRefusesWhatIsNone() throws {
        var random = SystemRandomNumberGenerator()
        let id = RoomID(at: Timestamp(milliseconds: 1_700_000_000_000), random: &random)
        #expect(RoomID(text: id.description) == id)
        #expect(RoomID(bytes: id.bytes) == id)
        #expect(id.description.dropFirst(14).first == "7")
        for text in [
            "", "g" + id.description.dropFirst(), id.description + "0", String(id.description.dropLast()),
        ] {
            #expect(RoomID(text: text) == nil)
        }
    }

    @Test func laterIdentifiersSortAfterEarlierOnes() {
        var random = SystemRandomNumberGenerator()
        let ids = (0..<100).map { EventID(at: Timestamp(milliseconds: Int64($0)), random: &random) }
        #expect(ids == ids.sorted())
    }
}
