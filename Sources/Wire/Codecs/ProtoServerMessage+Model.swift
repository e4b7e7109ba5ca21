import Chat
import FoundationEssentials

extension ProtoServerMessage {
    init(_ message: ServerMessage, request: UInt64) {
        self.init()
        self.request = request
        switch message {
        case .hello(let hello): self.hello = ProtoServerHello(hello)
        case .authenticated(let login):
            authenticated = ProtoAuthenticated(login)
        case .providerList(let offer): providerList = ProtoProviderList(offer)
        case .pong(let time): pong.time = time.milliseconds
        case .disconnect(let end): disconnect = ProtoDisconnect(end)
        case .refused(let notice): refused = ProtoRefused(notice)
        case .sent(let receipt): sent = ProtoSent(receipt)
        case .event(let entry): event = ProtoEvent(entry)
        case .subscribed(let subscription): subscribed = ProtoSubscribed(subscription)
        case .unsubscribed(let room): unsubscribed.room = .init(room.bytes)
        case .historyPage(let page):
            historyPage.room = .init(page.room.bytes)
            historyPage.events = page.events.map(ProtoEvent.init)
            historyPage.more = page.more
            historyPage.first = page.first
        case .searchResults(let page): searchResults = ProtoSearchResults(page)
        case .gap(let room, let head):
            gap.room = .init(room.bytes)
            gap.head = ProtoCheckpoint(head)
        case .room(let room): self.room = ProtoRoomInfo(room)
        case .roomList(let rooms, let more):
            roomList.rooms = rooms.map(ProtoRoomInfo.init)
            roomList.positions = rooms.compactMap(\.reading).map(ProtoReadPosition.init)
            roomList.more = more
        case .memberList(let members, let more):
            memberList.members = members.map(ProtoMember.init)
            memberList.more = more
        case .sessionList(let sessions): sessionList.sessions = sessions.map(ProtoSessionInfo.init)
        case .blockList(let people): blockList.people = people.map(ProtoPerson.init)
        case .roomDetails(let details): roomDetails = ProtoRoomDetails(details)
        case .keyMade(let key): keyMade = ProtoKeyMade(key)
        case .factorOffer(let offer):
            secondFactorOffer.uri = offer.uri
            secondFactorOffer.secret = offer.secret
        case .recoveryCodes(let codes): recoveryCodes.codes = codes
        case .inviteMade(let invite): inviteMade = ProtoInviteMade(invite)
        case .readPosition(let position): readPosition = ProtoReadPosition(position)
        case .presence(let person, let state): presence = ProtoPresenceChange(person, state)
        case .typing(let room, let person): typing = ProtoTypingNotice(room, person)
        case .done: done = ProtoDone()
        case .draining(let pause): draining.reconnectAfterMs = pause.statedMilliseconds
        case .rekeyed(let share): rekeyed.keyShare = ProtoKeyShare(share)
        case .unknown: preconditionFailure("nobody sends a message that is not known")
        }
    }

    /// `nil` when a field is not what it must be.
    var model: ServerMessage? {
        switch body {
        case .hello(let hello): .hello(hello.model)
        case .authenticated(let login): login.model.map(ServerMessage.authenticated)
        case .providerList(let list): .providerList(list.model)
        case .pong(let pong): .pong(Timestamp(milliseconds: pong.time))
        case .disconnect(let end): .disconnect(end.model)
        case .refused(let notice): .refused(notice.model)
        case .sent(let sent): sent.model.map(ServerMessage.sent)
        case .event(let event): event.model.map(ServerMessage.event)
        case .subscribed(let subscribed): subscribed.model.map(ServerMessage.subscribed)
        case .unsubscribed(let ended): RoomID(bytes: ended.room).map(ServerMessage.unsubscribed)
        case .historyPage(let page): page.model.map(ServerMessage.historyPage)
        case .searchResults(let results): results.model.map(ServerMessage.searchResults)
        case .gap(let gap):
            if let room = RoomID(bytes: gap.room), let head = gap.head.model { .gap(room, head) } else { nil }
        case .room(let room): room.model.map(ServerMessage.room)
        case .roomList(let list): list.model
        case .memberList(let list): wholly(list.members.map(\.model)).map { .memberList($0, more: list.more) }
        case .sessionList(let list): wholly(list.sessions.map(\.model)).map { .sessionList($0) }
        case .blockList(let list): wholly(list.people.map(\.model)).map { .blockList($0) }
        case .roomDetails(let details): .roomDetails(details.model)
        case .keyMade(let key): key.model.map(ServerMessage.keyMade)
        case .secondFactorOffer(let offer): .factorOffer(FactorOffer(uri: offer.uri, secret: offer.secret))
        case .recoveryCodes(let list): .recoveryCodes(list.codes)
        case .inviteMade(let invite): invite.model.map(ServerMessage.inviteMade)
        case .readPosition(let position): position.model.map(ServerMessage.readPosition)
        case .presence(let change): change.model
        case .typing(let notice): notice.model
        case .done: .done
        case .draining(let draining):
            .draining(reconnectAfter: .milliseconds(Int64(draining.reconnectAfterMs)))
        case .rekeyed(let rekeyed): rekeyed.keyShare.model.map(ServerMessage.rekeyed)
        case nil: .unknown
        }
    }
}

/// The elements, if there is none missing.
private func wholly<Element>(_ elements: [Element?]) -> [Element]? {
    let found = elements.compactMap { $0 }
    return found.count == elements.count ? found : nil
}

extension ProtoServerHello {
    fileprivate init(_ hello: ServerHello) {
        self.init()
        offer = .init(hello.offer)
        credential = .init(hello.credential)
        credentialSignature = .init(hello.credentialSignature)
        transcriptSignature = .init(hello.transcriptSignature)
        identityKey = .init(hello.identityKey)
        changes = hello.changes.map { .init($0) }
    }

    fileprivate var model: ServerHello {
        ServerHello(
            offer: Array(offer), credential: Array(credential),
            credentialSignature: Array(credentialSignature),
            transcriptSignature: Array(transcriptSignature), identityKey: Array(identityKey),
            changes: changes.map { Array($0) })
    }
}

extension ProtoAuthenticated {
    fileprivate init(_ login: Login) {
        self.init()
        person = ProtoPerson(login.person)
        session = .init(login.session.bytes)
        device = login.device ?? ""
        guard let tokens = login.tokens else { return }
        token = tokens.access
        tokenExpires = tokens.accessExpires.milliseconds
        refreshToken = tokens.refresh
        refreshExpires = tokens.refreshExpires.milliseconds
    }

    fileprivate var model: Login? {
        guard let person = person.model, let session = LoginSessionID(bytes: session) else { return nil }
        let device = device.isEmpty ? nil : device
        guard !token.isEmpty else { return Login(person: person, session: session, device: device) }
        let tokens = GivenTokens(
            access: token, accessExpires: Timestamp(milliseconds: tokenExpires), refresh: refreshToken,
            refreshExpires: Timestamp(milliseconds: refreshExpires))
        return Login(person: person, session: session, tokens: tokens, device: device)
    }
}

extension ProtoInviteMade {
    fileprivate init(_ invite: MadeInvite) {
        self.init()
        token = invite.token
        id = .init(invite.id.bytes)
        expires = invite.expiresAt.milliseconds
    }

    fileprivate var model: MadeInvite? {
        OpenInviteID(bytes: id).map {
            MadeInvite(token: token, id: $0, expiresAt: Timestamp(milliseconds: expires))
        }
    }
}

extension ProtoDisconnect {
    fileprivate init(_ end: Disconnection) {
        self.init()
        code = end.number
        name = end.name
        detail = end.detail
        mayReconnect = end.mayReconnect
        reconnectAfterMs = end.reconnectAfter?.statedMilliseconds ?? 0
    }

    fileprivate var model: Disconnection {
        Disconnection(
            number: code, name: name, detail: detail, mayReconnect: mayReconnect,
            reconnectAfter: .stated(reconnectAfterMs))
    }
}

extension ProtoRefused {
    fileprivate init(_ notice: RefusalNotice) {
        self.init()
        code = notice.number
        name = notice.name
        detail = notice.detail
        retryAfterMs = notice.retryAfter?.statedMilliseconds ?? 0
    }

    fileprivate var model: RefusalNotice {
        RefusalNotice(number: code, name: name, detail: detail, retryAfter: .stated(retryAfterMs))
    }
}

extension ProtoSent {
    fileprivate init(_ receipt: SendReceipt) {
        self.init()
        room = .init(receipt.room.bytes)
        sendID = .init(receipt.send.bytes)
        sequence = receipt.sequence
        eventID = .init(receipt.event.bytes)
        at = receipt.at.milliseconds
    }

    fileprivate var model: SendReceipt? {
        guard let room = RoomID(bytes: room), let send = SendID(bytes: sendID),
            let event = EventID(bytes: eventID)
        else { return nil }
        return SendReceipt(
            room: room, send: send, sequence: sequence, event: event, at: Timestamp(milliseconds: at))
    }
}

extension ProtoSubscribed {
    fileprivate init(_ subscription: Subscription) {
        self.init()
        room = ProtoRoomInfo(subscription.room)
        head = ProtoCheckpoint(subscription.head)
        common = ProtoCheckpoint(subscription.common)
        historyChanged = subscription.historyChanged
    }

    fileprivate var model: Subscription? {
        guard let room = room.model, let head = head.model, let common = common.model else { return nil }
        return Subscription(room: room, head: head, common: common, historyChanged: historyChanged)
    }
}

extension ProtoRoomList {
    fileprivate var model: ServerMessage? {
        guard let positions = wholly(positions.map(\.model)) else { return nil }
        let known = Dictionary(positions.map { ($0.room, $0) }) { _, last in last }
        let rooms = rooms.map { room in room.model(reading: RoomID(bytes: room.id).flatMap { known[$0] }) }
        return wholly(rooms).map { .roomList($0, more: more) }
    }
}

extension ProtoHistoryPage {
    fileprivate var model: HistoryPage? {
        guard let room = RoomID(bytes: room), let events = wholly(events.map(\.model)) else { return nil }
        return HistoryPage(room: room, events: events, more: more, first: first)
    }
}
