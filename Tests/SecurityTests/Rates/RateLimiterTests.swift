import Chat
import Native
import Security
import Testing

@Suite struct RateLimiterTests {
    private let second: Int64 = 1_000_000_000
    private let home = IPAddress.v4(0xc000_0201)
    private let anna = PersonID(high: 1, low: 1)
    private let hall = RoomID(high: 2, low: 2)
    private let noon = Timestamp(milliseconds: 1_700_000_000_000)

    private func limiter(_ adjust: (inout RateLimits) -> Void) -> RateLimiter {
        var limits = RateLimits()
        adjust(&limits)
        return RateLimiter(limits, key: SipHash(key: 3, 5))
    }

    private func sends(_ limiter: RateLimiter, _ count: Int, bytes: Int = 1, now: Int64) -> Int {
        var buckets = ConnectionBuckets()
        return (0..<count).count { _ in
            limiter.refuses(sendOf: bytes, by: anna, in: hall, &buckets, now: now) == nil
        }
    }

    @Test func aConnectionAnAccountAndARoomEachHaveTheirLimit() {
        let one = limiter { $0.messagesOfAConnection.amount = 4 }
        #expect(sends(one, 9, now: second) == 4)
        #expect(sends(one, 9, now: second) == 4, "another connection has its own")
        let account = limiter { $0.messagesOfAnAccount.amount = 6 }
        #expect(sends(account, 9, now: second) == 6)
        #expect(sends(account, 9, now: second) == 0)
        let room = limiter { $0.messagesOfARoom.amount = 5 }
        #expect(sends(room, 9, now: second) == 5)
        let bytes = limiter { $0.bytesOfAConnection.amount = 1_000 }
        #expect(sends(bytes, 9, bytes: 300, now: second) == 3)
        let all = limiter { $0.bytesOfARoom.amount = 1_000 }
        #expect(sends(all, 9, bytes: 300, now: second) == 3)
    }

    /// A refusal by the last of six buckets leaves the other five as they were.
    @Test func whatIsRefusedCostsNothing() {
        let limiter = limiter {
            $0.bytesOfARoom.amount = 100
            $0.messagesOfAnAccount.amount = 3
        }
        var buckets = ConnectionBuckets()
        let other = RoomID(high: 9, low: 9)
        #expect(limiter.refuses(sendOf: 100, by: anna, in: hall, &buckets, now: second) == nil)
        for _ in 0..<50 {
            var fresh = ConnectionBuckets()
            #expect(limiter.refuses(sendOf: 100, by: anna, in: hall, &fresh, now: second) != nil)
        }
        #expect(limiter.refuses(sendOf: 100, by: anna, in: other, &buckets, now: second) == nil)
    }

    /// What was in flight behind a refused send must not overtake it.
    @Test func afterARefusalEverySendWaitsUntilTheRefusedOneMayComeAgain() throws {
        let limiter = limiter { $0.messagesOfAConnection.amount = 600 }
        var buckets = ConnectionBuckets()
        for _ in 0..<600 {
            #expect(limiter.refuses(sendOf: 1, by: anna, in: hall, &buckets, now: second) == nil)
        }
        let wait = try #require(limiter.refuses(sendOf: 1, by: anna, in: hall, &buckets, now: second))
        #expect(wait >= .seconds(1))
        // 0.2 seconds later there is room for two, but not for those who come behind.
        let soon = second + second / 5
        #expect(
            limiter.refuses(sendOf: 1, by: anna, in: hall, &buckets, now: soon) == wait - .milliseconds(200))
        let due = second + wait.wholeNanoseconds
        #expect(limiter.refuses(sendOf: 1, by: anna, in: hall, &buckets, now: due) == nil)
    }

    @Test func strangersShareTheAccountsAllowanceAndAKnownDeviceHasItsOwn() {
        let limiter = limiter { $0.loginsOfAnAccount.amount = 3 }
        var refused = 0
        for host in UInt32(1)...10 {
            let verdict = limiter.charge(loginOf: "Anna", from: .v4(host << 24), now: second)
            if case .refused = verdict { refused += 1 }
        }
        #expect(refused == 7)
        #expect(
            limiter.charge(loginOf: "ＡＮＮＡ", from: .v4(77 << 24), now: second)
                == .refused(retryAfter: .seconds(1_200)), "however the name is written")
        guard case .granted = limiter.charge(loginFromDevice: .identity(4, 4), now: second) else {
            Issue.record("a known device is locked out by strangers")
            return
        }
        guard case .granted = limiter.charge(loginOf: "ben", from: .v4(1 << 24), now: second) else {
            Issue.record("another account is locked out")
            return
        }
    }

    @Test func anAddressHasItsOwnAllowanceAndSuccessGivesBack() {
        let limiter = limiter { $0.loginsOfAnAddress.amount = 5 }
        for number in 0..<40 {
            guard case .granted(let charge) = limiter.charge(loginOf: "p\(number)", from: home, now: second)
            else {
                Issue.record("login \(number) was refused")
                return
            }
            limiter.giveBack(charge)
        }
        for number in 0..<5 { _ = limiter.charge(loginOf: "p\(number)", from: home, now: second) }
        #expect(limiter.wait(forTokenFrom: home, now: second) == .seconds(720))
        #expect(limiter.wait(forTokenFrom: .v4(5), now: second) == nil)
    }

    @Test func switchedOffNothingIsLimited() {
        let limiter = limiter {
            $0.isEnabled = false
            $0.connectionsOfAnAddress.amount = 1
            $0.messagesOfARoom.amount = 1
            $0.loginsOfAnAddress.amount = 1
        }
        #expect(sends(limiter, 50, now: second) == 50)
        for _ in 0..<9 {
            #expect(limiter.admits(connectionFrom: home, now: second))
            #expect(limiter.wait(forTokenFrom: home, now: second) == nil)
            limiter.failed(tokenFrom: home, now: second)
        }
        var limits = RateLimits()
        limits.connectionsOfAnAddress.amount = 1
        limiter.apply(limits)
        #expect(limiter.admits(connectionFrom: home, now: second))
        #expect(!limiter.admits(connectionFrom: home, now: second))
    }

    @Test func aRestartRefillsNothing() {
        let before = limiter { $0.loginsOfAnAccount.amount = 3 }
        for _ in 0..<3 { _ = before.charge(loginOf: "anna", from: home, now: second) }
        let records = before.snapshot(now: second, wallClock: noon, least: .seconds(5), most: 100)
        #expect(records.count == 2, "the account's bucket and the address's")
        // Another monotonic clock, ten minutes later.
        let after = limiter { $0.loginsOfAnAccount.amount = 3 }
        let later = Timestamp(milliseconds: noon.milliseconds + 600_000)
        let start: Int64 = 77 * second
        after.restore(records, now: start, wallClock: later)
        guard case .refused(let wait) = after.charge(loginOf: "anna", from: home, now: start) else {
            Issue.record("the account's bucket was refilled")
            return
        }
        #expect(wait > .seconds(590) && wait <= .seconds(601))
        guard case .granted = after.charge(loginOf: "ben", from: home, now: start) else {
            Issue.record("somebody else's bucket was emptied")
            return
        }
    }

    @Test func aClockThatWasSetBackMakesNobodyWaitLongerThanAnEmptyBucketDoes() {
        let before = limiter { $0.loginsOfAnAccount.amount = 3 }
        for _ in 0..<3 { _ = before.charge(loginOf: "anna", from: home, now: second) }
        let records = before.snapshot(now: second, wallClock: noon, least: .seconds(5), most: 100)
        let after = limiter { $0.loginsOfAnAccount.amount = 3 }
        after.restore(records, now: second, wallClock: Timestamp(milliseconds: 0))
        guard case .refused(let wait) = after.charge(loginOf: "anna", from: home, now: second) else {
            Issue.record("the account's bucket was refilled")
            return
        }
        #expect(wait <= .seconds(1_200))
    }

    @Test func ofTooManyBucketsThoseAreKeptThatAreFullLast() {
        let limiter = limiter { $0.loginsOfAnAddress.amount = 60 }
        for host in UInt32(0)..<50 {
            for _ in 0...host { limiter.failed(tokenFrom: .v4(host << 8), now: second) }
        }
        let records = limiter.snapshot(now: second, wallClock: noon, least: .seconds(5), most: 10)
        #expect(records.count == 10)
        let least = noon.milliseconds + 41 * 60_000
        #expect(records.allSatisfy { $0.fullAt.milliseconds >= least })
    }
}
