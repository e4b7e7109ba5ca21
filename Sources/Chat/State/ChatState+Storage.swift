/// What is refused while the disk has little room, or while the history is damaged.
extension ChatState {
    func requireStorage<R, H, E>(
        for command: Command, by actor: Actor, _ context: ApplyContext<R, H, E>
    ) throws(Refusal) {
        let intake = context.storage
        guard intake != .open, intake >= command.refusedFrom(by: actor) else { return }
        guard !isDone(command, by: actor) else { return }
        throw refusal(in: intake)
    }

    /// Why nothing more is stored.
    package func refusal(in intake: StorageIntake) -> Refusal {
        switch intake {
        case .open, .low:
            Refusal(.storageLow, "there is little room on the disk", retryAfter: limits.storageRetry)
        case .reserved: Refusal(.storageFull, "the disk is full", retryAfter: limits.storageRetry)
        case .damaged:
            Refusal(
                .storageDamaged, "the history is damaged, and only read", retryAfter: limits.damagedRetry)
        }
    }

    /// What is there already is only found: nothing is stored of it.
    private func isDone(_ command: Command, by actor: Actor) -> Bool {
        guard case .person(let asker) = actor else { return false }
        return switch command {
        case .openDirect(let other):
            person(other).flatMap { directRoom(of: PersonPair(asker, $0.id)) } != nil
        case .join(let reference): room(reference)?.members[asker] != nil
        default: false
        }
    }
}

extension Command {
    /// From which state of the storage on it is refused. What the operator does goes on within the reserve,
    /// and so does what takes little and mends much: deleting, leaving, removing, disabling.
    func refusedFrom(by actor: Actor) -> StorageIntake {
        switch self {
        // Whoever asks is a stranger, whatever the actor says.
        case .redeemInvite: .low
        case .signIn(let login): login.newPerson == nil ? .damaged : .low
        case .createRoom, .openDirect, .addPerson, .makeInvite: actor == .operations ? .damaged : .low
        case .join, .addMember, .changeSettings, .invite, .report, .block, .markRead:
            actor == .operations ? .damaged : .reserved
        case .send(let message): if case .deletion = message.content { .damaged } else { .reserved }
        case .leave, .removeMember, .setRole, .sanction, .withdrawInvitation, .enrolFactor, .removeOwnFactor,
            .renewRecoveryCodes,
            .setPassword, .rehashPassword, .setDisabled, .deletePerson, .eraseTraces, .finishDeletion,
            .choosePassword, .removeFactor, .useCode,
            .recordSecret, .recordExport, .recordIdentity, .linkIdentity, .unlinkIdentity, .revokeInvite,
            .removeExpiredInvites, .removeHistory, .forgetSends:
            .damaged
        }
    }
}
