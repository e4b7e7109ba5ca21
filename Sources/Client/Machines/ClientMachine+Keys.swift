import Wire

/// When the keys of the sealed layer change: by time and by what they have sealed, whichever comes first.
extension ClientMachine {
    /// Some time before or after the interval, so that a thousand clients that came at once do not all change
    /// keys at once.
    func nextRekey(after now: Duration) -> Duration {
        let interval = configuration.rekeyInterval
        return now + interval * 9 / 10 + interval / 5 * Int(random.next() % 1_000) / 1_000
    }

    /// The server has not answered to a change of keys.
    func isRekeyOverdue(_ now: Duration) -> Bool {
        guard session?.isRekeying == true, let rekeyDue else { return false }
        return now >= rekeyDue
    }

    /// Before anything else is said: what is sealed under a key that should be gone is sealed too late.
    func rekeyIfDue(_ now: Duration) {
        guard isReady, let rekeyDue, let session = session?.isRekeying, !session else { return }
        guard now >= rekeyDue || framesOfGeneration >= configuration.rekeyFrames else { return }
        self.session?.rekey()
        self.rekeyDue = now + configuration.rekeyDeadline
    }

    private var framesOfGeneration: UInt64 { session?.framesOfGeneration ?? 0 }
}
