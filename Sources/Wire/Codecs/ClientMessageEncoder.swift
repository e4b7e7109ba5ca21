import Chat
import FoundationEssentials
import SwiftProtobuf

/// Client messages as bytes that `FrameEncoder` takes.
package enum ClientMessageEncoder {
    /// `request` is any number but 0; `.hello` and `.goodbye` do not need one.
    package static func encode(_ message: ClientMessage, request: UInt64) -> [UInt8] {
        var encoded = ProtoClientMessage()
        encoded.request = request
        switch message {
        case .hello(let offer): encoded.hello.offer = .init(offer)
        case .authenticate(let authentication): encoded.authenticate = ProtoAuthenticate(authentication)
        case .listProviders: encoded.listProviders = ProtoListProviders()
        case .goodbye: encoded.goodbye = ProtoGoodbye()
        case .rekey(let share): encoded.rekey.keyShare = ProtoKeyShare(share)
        case .rekeyDone: encoded.rekeyDone = ProtoRekeyDone()
        case .request(let request): encoded.body = body(of: request)
        }
        return MessageEnvelope.wrap(encoded.bytes())
    }

    private static func body(of request: Request) -> ProtoClientMessage.OneOf_Body {
        switch request {
        case .command(let command): return body(of: command)
        case .subscribe(let subscribe):
            var message = ProtoSubscribe()
            message.room = ProtoRoomReference(subscribe.room)
            message.held = subscribe.held.map(ProtoCheckpoint.init)
            message.incarnation = .init(subscribe.incarnation?.bytes ?? [])
            message.join = subscribe.joins
            return .subscribe(message)
        case .unsubscribe(let room): return .unsubscribe(.with { $0.room = .init(room.bytes) })
        case .readHistory(let history):
            var message = ProtoReadHistory()
            message.room = .init(history.room.bytes)
            message.after = history.after
            message.through = history.through ?? 0
            message.maxEvents = UInt32(clamping: history.maxEvents)
            return .readHistory(message)
        case .search(let search): return .search(ProtoSearch(search))
        case .listRooms(let includePublic, let after):
            var message = ProtoListRooms()
            message.includePublic = includePublic
            message.after = .init(after?.bytes ?? [])
            return .listRooms(message)
        case .listMembers(let room, let after):
            var message = ProtoListMembers()
            message.room = ProtoRoomReference(room)
            message.after = .init(after?.bytes ?? [])
            return .listMembers(message)
        case .ping: return .ping(ProtoPing())
        case .setPresence(let state): return .setPresence(.with { $0.state = ProtoPresenceState(state) })
        case .typing(let room): return .typing(.with { $0.room = .init(room.bytes) })
        case .showRoom(let room): return .showRoom(.with { $0.room = ProtoRoomReference(room) })
        case .listBlocks: return .listBlocks(ProtoListBlocks())
        case .listSessions: return .listSessions(ProtoListSessions())
        case .endSession(let session): return .endSession(.with { $0.session = .init(session.bytes) })
        case .nameSession(let session, let name):
            var message = ProtoNameSession()
            message.session = .init(session.bytes)
            message.name = name
            return .nameSession(message)
        case .makeKey(let key):
            var message = ProtoMakeKey()
            message.name = key.name
            message.scopes = key.scopes.protocolScopes
            message.expiresSeconds = UInt32(clamping: key.lifetime.components.seconds)
            return .makeKey(message)
        case .beginFactor: return .beginSecondFactor(ProtoBeginSecondFactor())
        case .confirmFactor(let code): return .confirmSecondFactor(.with { $0.code = code })
        case .removeFactor(let proof):
            return .removeSecondFactor(.with { $0.proof = ProtoSecondFactorProof(proof) })
        case .renewRecoveryCodes(let proof):
            return .renewRecoveryCodes(.with { $0.proof = ProtoSecondFactorProof(proof) })
        case .makeInvite(let invite): return .makeInvite(ProtoMakeInvite(invite))
        }
    }

    private static func content(_ content: Content) -> ProtoSend.OneOf_Content {
        switch content {
        case .message(let body): return .body(ProtoMessageBody(body))
        case .edit(let edit): return .edit(ProtoEdit(edit))
        case .deletion(let target): return .deletion(ProtoDeletion(of: target))
        case .reaction(let reaction): return .reaction(ProtoReaction(reaction))
        case .pin(let pin): return .pin(ProtoPin(pin))
        case .membership, .settings, .sanction, .invitation, .personDeletion:
            preconditionFailure("such events are made by the server")
        }
    }

    private static func body(of command: Command) -> ProtoClientMessage.OneOf_Body {
        switch command {
        case .send(let send):
            var message = ProtoSend()
            message.room = .init(send.room.bytes)
            message.sendID = .init(send.id.bytes)
            message.content = content(send.content)
            return .send(message)
        case .createRoom, .openDirect, .join, .leave, .addMember, .removeMember, .invite, .withdrawInvitation,
            .sanction, .block, .report, .markRead, .setRole, .changeSettings:
            guard let body = ofRooms(command) else {
                preconditionFailure("ClientMessageEncoder: a request about a room that has no message")
            }
            return body
        case .enrolFactor, .removeOwnFactor, .renewRecoveryCodes:
            preconditionFailure("what a code is worth is found out by the server")
        case .addPerson, .setPassword, .choosePassword, .rehashPassword, .setDisabled, .deletePerson,
            .eraseTraces, .finishDeletion, .recordSecret, .recordExport,
            .recordIdentity, .linkIdentity, .unlinkIdentity, .signIn, .removeFactor, .useCode, .makeInvite,
            .revokeInvite, .redeemInvite, .removeExpiredInvites, .removeHistory, .forgetSends:
            preconditionFailure("administration goes over the control socket, not over this protocol")
        }
    }
}

extension ProtoSecondFactorProof {
    fileprivate init(_ proof: FactorCredential) {
        self.init()
        switch proof {
        case .code(let code): self.code = code
        case .password(let password): self.password = password
        }
    }
}

extension ProtoMakeInvite {
    fileprivate init(_ invite: InviteRequest) {
        self.init()
        uses = UInt32(clamping: invite.uses)
        expiresSeconds = UInt32(clamping: invite.lifetime?.components.seconds ?? 0)
        administrator = invite.makesAdministrator
        rooms = invite.rooms.map { ProtoRoomReference($0) }
        role = ProtoRole(invite.role)
    }
}

extension ProtoAuthenticate {
    fileprivate init(_ authentication: Authentication) {
        self.init()
        switch authentication {
        case .password(let user, let password, let device, let code):
            self.password.user = user
            self.password.password = password
            self.password.device = device ?? ""
            self.password.code = code ?? ""
        case .token(let token): self.token = token
        case .invite(let token, let newPassword, let code):
            invite.token = token
            invite.newPassword = newPassword
            invite.code = code ?? ""
        case .provider(let login): provider = ProtoProviderLogin(login)
        case .newcomer(let token, let name, let newPassword):
            newcomer.token = token
            newcomer.name = name
            newcomer.newPassword = newPassword
        }
    }
}
