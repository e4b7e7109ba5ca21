package import Chat

extension Request {
    /// What a session must be good for to ask this (docs/protocol.md, "Scopes"); nothing for what tells and
    /// changes nothing.
    ///
    /// A subscription that joins needs `.join` only where it does join: who knows the room decides.
    package var scope: Scopes {
        switch self {
        case .ping: []
        case .setPresence: .read
        case .typing: .send
        case .subscribe, .unsubscribe, .readHistory, .search, .listRooms, .listMembers, .showRoom: .read
        case .listBlocks, .listSessions, .endSession, .nameSession: .account
        case .makeKey, .makeInvite, .beginFactor, .confirmFactor, .removeFactor, .renewRecoveryCodes: .device
        case .command(let command): command.scope
        }
    }
}

extension Command {
    fileprivate var scope: Scopes {
        switch self {
        case .send, .report: .send
        case .markRead: .read
        case .join, .leave, .openDirect: .join
        case .createRoom, .addMember, .removeMember, .setRole, .changeSettings, .sanction, .invite,
            .withdrawInvitation:
            .rooms
        case .block: .account
        // No client says these; if one could, no key may.
        case .enrolFactor, .removeOwnFactor, .renewRecoveryCodes, .addPerson, .setPassword,
            .rehashPassword, .setDisabled, .choosePassword, .removeFactor, .useCode, .recordSecret,
            .recordExport,
            .deletePerson, .eraseTraces, .finishDeletion,
            .recordIdentity, .linkIdentity, .unlinkIdentity, .signIn, .makeInvite, .revokeInvite,
            .redeemInvite, .removeExpiredInvites, .removeHistory, .forgetSends:
            .device
        }
    }
}
