import Chat

// Each client message into the model.

extension FieldCheck {
    /// `nil` for a message that this version does not know.
    mutating func message(_ body: ProtoClientMessage.OneOf_Body?) -> ClientMessage? {
        switch body {
        case .hello(let hello): .hello(offer: Array(hello.offer))
        case .authenticate(let authenticate): .authenticate(authentication(authenticate))
        case .listProviders: .listProviders
        case .goodbye: .goodbye
        case .rekey(let rekey): .rekey(share(rekey.keyShare))
        case .rekeyDone: .rekeyDone
        case .ping: .request(.ping)
        case .markRead(let mark):
            .request(.command(.markRead(identifier(mark.room, "room"), through: sequence(mark.sequence))))
        case .setPresence(let set): .request(.setPresence(presence(set.state)))
        case .typing(let typing): .request(.typing(identifier(typing.room, "room")))
        case .listSessions: .request(.listSessions)
        case .endSession(let end): .request(.endSession(identifier(end.session, "session")))
        case .nameSession(let naming):
            .request(
                .nameSession(
                    identifier(naming.session, "session"),
                    text(naming.name, maxBytes: limits.sessionNameBytes, "name")))
        case .makeKey(let make): .request(.makeKey(newKey(make)))
        case .beginSecondFactor: .request(.beginFactor)
        case .confirmSecondFactor(let confirm): .request(.confirmFactor(code: code(confirm.code)))
        case .removeSecondFactor(let remove): .request(.removeFactor(proof(remove.proof)))
        case .renewRecoveryCodes(let renew): .request(.renewRecoveryCodes(proof(renew.proof)))
        case .makeInvite(let make): .request(.makeInvite(invite(make)))
        case .send(let send): .request(.command(.send(self.send(send))))
        case .subscribe(let subscribe): .request(.subscribe(self.subscribe(subscribe)))
        case .unsubscribe(let unsubscribe): .request(.unsubscribe(identifier(unsubscribe.room, "room")))
        case .readHistory(let read): .request(.readHistory(history(read)))
        case .search(let search): .request(.search(self.search(search)))
        case .listRooms(let list):
            .request(
                .listRooms(includePublic: list.includePublic, after: optionalIdentifier(list.after, "after")))
        case .listMembers(let list):
            .request(.listMembers(room(list.room), after: optionalIdentifier(list.after, "after")))
        case .createRoom(let create): .request(.command(createRoom(create)))
        case .openDirect(let open): .request(.command(.openDirect(with: person(open.with))))
        case .joinRoom(let join): .request(.command(.join(room(join.room))))
        case .leaveRoom(let leave): .request(.command(.leave(room(leave.room))))
        case .addMember(let add):
            .request(.command(.addMember(room(add.room), person(add.person), role(add.role))))
        case .removeMember(let remove):
            .request(
                .command(
                    .removeMember(room(remove.room), person(remove.person), reason: reason(remove.reason)))
            )
        case .invitePerson(let invite):
            .request(.command(.invite(room(invite.room), person(invite.person))))
        case .withdrawInvitation(let withdraw):
            .request(.command(.withdrawInvitation(room(withdraw.room), person(withdraw.person))))
        case .sanction(let sanction):
            .request(
                .command(.sanction(room(sanction.room), person(sanction.person), self.sanction(sanction))))
        case .block(let block): .request(.command(.block(person(block.person), isLifted: block.lifted)))
        case .listBlocks: .request(.listBlocks)
        case .showRoom(let show): .request(.showRoom(room(show.room)))
        case .report(let report):
            .request(
                .command(
                    .report(
                        EventPlace(
                            room: identifier(report.room, "room"), sequence: sequence(report.sequence)),
                        reason: reason(report.reason))))
        case .setRole(let set):
            .request(.command(.setRole(room(set.room), person(set.person), role(set.role))))
        case .changeSettings(let change): .request(.command(changeSettings(change)))
        case nil: nil
        }
    }

    private mutating func authentication(_ message: ProtoAuthenticate) -> Authentication {
        switch message.method {
        case .password(let login):
            return .password(
                user: name(login.user, "user"),
                password: text(login.password, maxBytes: limits.passwordBytes, "password"),
                device: login.device.isEmpty
                    ? nil : text(login.device, maxBytes: limits.tokenBytes, "device"),
                code: optionalCode(login.code))
        case .token(let token): return .token(text(token, maxBytes: limits.tokenBytes, "token"))
        case .invite(let invite):
            return .invite(
                token: text(invite.token, maxBytes: limits.tokenBytes, "token"),
                newPassword: text(invite.newPassword, maxBytes: limits.passwordBytes, "new_password"),
                code: optionalCode(invite.code))
        case .provider(let login): return .provider(provider(login))
        case .newcomer(let newcomer):
            return .newcomer(
                token: text(newcomer.token, maxBytes: limits.tokenBytes, "token"),
                name: name(newcomer.name, "name"),
                newPassword: text(newcomer.newPassword, maxBytes: limits.passwordBytes, "new_password"))
        case nil:
            refuse(.invalidArgument, "authenticate has a method that is known here")
            return .token("")
        }
    }

    private mutating func provider(_ message: ProtoProviderLogin) -> ProviderLogin {
        let most = limits.providerTokenBytes
        let token: ProviderLogin.Token
        switch message.token {
        case .idToken(let text): token = .identity(self.text(text, maxBytes: most, "id_token"))
        case .accessToken(let text): token = .access(self.text(text, maxBytes: most, "access_token"))
        case nil:
            refuse(.invalidArgument, "provider has an id_token or an access_token")
            token = .identity("")
        }
        if message.challenge.count > ProviderOffer.challengeBytes || message.verifier.count > 64 {
            refuse(.invalidArgument, "challenge and verifier are longer than any")
        }
        return ProviderLogin(
            name: name(message.name, "provider.name"), token: token,
            challenge: Array(message.challenge.prefix(ProviderOffer.challengeBytes)),
            verifier: Array(message.verifier.prefix(64)))
    }

    private mutating func newKey(_ message: ProtoMakeKey) -> NewKey {
        var scopes: Scopes = []
        for scope in message.scopes {
            guard let scope = scope.model, scopes.insert(scope).inserted else {
                refuse(.invalidArgument, "scopes are named once each, and of those that are known here")
                break
            }
        }
        let seconds = message.expiresSeconds
        let key = NewKey(
            name: text(message.name, maxBytes: limits.sessionNameBytes, "name"), scopes: scopes,
            lifetime: seconds == 0 ? limits.keyLifetime : .seconds(Int64(seconds)))
        if let objection = key.objection(limits: limits) { refuse(objection.code, objection.detail) }
        return key
    }

    private mutating func invite(_ message: ProtoMakeInvite) -> InviteRequest {
        if message.rooms.count > limits.roomsOfAnInvite {
            refuse(.tooLarge, "rooms has at most \(limits.roomsOfAnInvite) rooms")
        }
        return InviteRequest(
            uses: message.uses == 0 ? 1 : Int(message.uses),
            lifetime: message.expiresSeconds == 0 ? nil : .seconds(Int64(message.expiresSeconds)),
            makesAdministrator: message.administrator,
            rooms: message.rooms.prefix(limits.roomsOfAnInvite).map { room($0) },
            role: message.role == .none ? .member : role(message.role))
    }

    private mutating func code(_ code: String) -> String {
        if code.isEmpty { refuse(.invalidArgument, "a code is needed") }
        return text(code, maxBytes: limits.codeBytes, "code")
    }

    /// An empty one stands for none.
    private mutating func optionalCode(_ text: String) -> String? { text.isEmpty ? nil : code(text) }

    private mutating func proof(_ message: ProtoSecondFactorProof) -> FactorCredential {
        switch message.proof {
        case .code(let code): return .code(self.code(code))
        case .password(let password):
            return .password(text(password, maxBytes: limits.passwordBytes, "password"))
        case nil:
            refuse(.invalidArgument, "proof has a code or the password")
            return .code("")
        }
    }

    private mutating func send(_ message: ProtoSend) -> SendMessage {
        SendMessage(
            room: identifier(message.room, "room"), id: identifier(message.sendID, "send_id"),
            content: content(message.content))
    }

    private mutating func content(_ content: ProtoSend.OneOf_Content?) -> Content {
        switch content {
        case .body(let body): return .message(self.body(body))
        case .edit(let edit): return .edit(Edit(target: edit.target, body: body(edit.body)))
        case .deletion(let deletion): return .deletion(deletion.target)
        case .reaction(let reaction):
            let text = line(reaction.text, maxBytes: limits.reactionBytes, "text")
            return .reaction(Reaction(target: reaction.target, text: text, isRemoved: reaction.removed))
        case .pin(let pin): return .pin(Pin(target: pin.target, isRemoved: pin.removed))
        case nil: return .message(body(ProtoMessageBody()))
        }
    }

    private mutating func reason(_ text: String) -> String {
        line(text, maxBytes: limits.reasonBytes, "reason")
    }

    private mutating func sequence(_ number: UInt64) -> UInt64 {
        if (1...UInt64(Int64.max)).contains(number) { return number }
        refuse(.invalidArgument, "a sequence is a number of at most 63 bits, and not 0")
        return 1
    }

    private mutating func presence(_ state: ProtoPresenceState) -> Presence {
        if let presence = state.model { return presence }
        refuse(.invalidArgument, "state is online, away or offline")
        return .online
    }

    private mutating func sanction(_ message: ProtoSanction) -> RequestedSanction {
        let most = limits.sanctionMost.components.seconds
        if message.seconds > most { refuse(.invalidArgument, "seconds is at most \(most)") }
        return RequestedSanction(
            kind(message.kind), lasting: message.seconds == 0 ? nil : .seconds(Int64(message.seconds)),
            isLifted: message.lifted, reason: reason(message.reason))
    }

    private mutating func kind(_ kind: ProtoSanctionKind) -> Sanction.Kind {
        if let kind = kind.model { return kind }
        refuse(.invalidArgument, "kind is mute or ban")
        return .mute
    }

    private mutating func subscribe(_ message: ProtoSubscribe) -> SubscribeRequest {
        var held: [Head] = []
        if message.held.count > limits.checkpointsOfASubscription {
            refuse(.tooLarge, "held has at most \(limits.checkpointsOfASubscription) checkpoints")
        } else {
            held = message.held.map { checkpoint($0) }
        }
        let incarnation: Incarnation? = optionalIdentifier(message.incarnation, "incarnation")
        if !held.isEmpty, incarnation == nil {
            refuse(.invalidArgument, "held needs the incarnation it was read under")
        }
        if !held.isEmpty, case .name = message.room.room {
            refuse(.invalidArgument, "held needs the room's id: a name may be another room's by now")
        }
        return SubscribeRequest(
            room: room(message.room), held: held, incarnation: incarnation, joins: message.join)
    }

    private mutating func history(_ message: ProtoReadHistory) -> HistoryRequest {
        // Nothing is between a sequence and itself: whoever holds the head asks for that, and gets no events.
        if message.through != 0, message.through < message.after {
            refuse(.invalidArgument, "through is not less than after")
        }
        // SQLite's integers, and so the store's, have 63 bits.
        if max(message.after, message.through) > UInt64(Int64.max) {
            refuse(.invalidArgument, "a sequence has at most 63 bits")
        }
        let wanted = message.maxEvents == 0 ? limits.historyPageEvents : Int(message.maxEvents)
        return HistoryRequest(
            room: identifier(message.room, "room"), after: message.after,
            through: message.through == 0 ? nil : message.through,
            maxEvents: min(wanted, limits.historyPageEvents))
    }

    /// Of a group that a later version may know: the keys in use stay.
    private mutating func share(_ message: ProtoKeyShare) -> SealShare {
        guard let share = message.model else {
            refuse(.invalidArgument, "key_share is of no group that is known here")
            return SealShare(group: .p256, key: [])
        }
        return share
    }

    private mutating func createRoom(_ message: ProtoCreateRoom) -> Command {
        let name = name(message.name, "name")
        guard let kind = message.kind.model, kind != .direct else {
            refuse(.invalidArgument, "kind is public or private")
            return .createRoom(name: name, kind: .open)
        }
        return .createRoom(name: name, kind: kind)
    }

    private mutating func changeSettings(_ message: ProtoChangeSettings) -> Command {
        .changeSettings(
            room(message.room),
            RequestedSettings(
                name: message.hasName ? name(message.name, "name") : nil,
                topic: message.hasTopic ? line(message.topic, maxBytes: limits.topicBytes, "topic") : nil,
                isArchived: message.hasArchived ? message.archived : nil,
                visibility: message.visibility == .unspecified ? nil : visibility(message.visibility),
                slowSeconds: message.hasSlowSeconds ? Int(message.slowSeconds) : nil,
                keepDays: message.hasKeepDays ? Int(message.keepDays) : nil))
    }

    private mutating func visibility(_ visibility: ProtoVisibility) -> RoomRules.Visibility {
        if let visibility = visibility.model { return visibility }
        refuse(.invalidArgument, "visibility is all or since joining")
        return .sinceJoining
    }
}
