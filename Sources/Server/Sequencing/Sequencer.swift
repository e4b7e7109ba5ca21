package import Chat
import Wire

/// The order of the chat: applies commands one after the other, stores what they change as one batch with one
/// sync, and only then tells anybody (promises G1, G2, G4).
///
/// Knows no thread and no socket: it is given envelopes and the time, and hands out what the loops have to
/// do. Used on the sequencer's thread alone. While a batch is being stored it takes nothing: the next one
/// gathers meanwhile.
package final class Sequencer<Random: RandomNumberGenerator, Hash: Hashing> {
    /// What the store knows of the sends of a batch.
    private struct Known {
        let receipts: [SendKey: Event]
        let targets: [EventPlace: StoredTarget]
        var counts: [EventPlace: UInt64] = [:]
    }

    private enum State {
        case idle
        case appending([Pending])
        /// A write's outcome is not known: nothing more is appended, the process starts again from disk.
        case failed
    }

    package let incarnation: Incarnation
    /// What an earlier process left in the outbox: the audit log may have it or not.
    package let outbox: [AuditRecord]
    private(set) var chat: ChatState
    private(set) var subscribers: SubscriberTable
    private var state = State.idle
    /// Requests that a conflict sent back: they are applied again before anything newer.
    private var returned: [Envelope] = []
    private var context: ApplyContext<Random, Hash, ContentCodec>
    private var sends: SendMemory
    private let store: any EventStore
    private let loopCount: Int
    private let deliver: (SequencerOutput) -> Void
    private let intake: () -> AuditIntake
    private let storage: () -> StorageIntake
    /// The store has said so: it stays so until the process starts again.
    private var isDamaged = false
    /// What the batch brings into the outbox, with the room whose conflict keeps it out.
    private var staged: [(room: RoomID?, record: AuditRecord)] = []
    /// Records in the outbox that the audit log has not confirmed.
    package private(set) var outboxCount: Int

    /// `intake` says whether the audit log takes what must be recorded, `storage` what there is room for.
    /// `deliver` is called on the sequencer's thread, once for each batch whose fate is known.
    package init(
        store: any EventStore, limits: Limits, loopCount: Int, random: Random, hashing: Hash, now: Timestamp,
        intake: @escaping () -> AuditIntake = { .open },
        storage: @escaping () -> StorageIntake = { .open }, deliver: @escaping (SequencerOutput) -> Void
    ) throws(StorageError) {
        let stored = try store.load()
        outbox = stored.outbox
        outboxCount = stored.outbox.count
        self.intake = intake
        self.storage = storage
        incarnation = stored.incarnation
        chat = ChatState(stored, limits: limits)
        subscribers = SubscriberTable(loopCount: loopCount)
        context = ApplyContext(now: now, random: random, hashing: hashing, encoding: ContentCodec())
        sends = try SendMemory(store: store, now: now)
        self.store = store
        self.loopCount = loopCount
        self.deliver = deliver
    }

    /// How far each room's history goes.
    package var heads: [RoomID: UInt64] { chat.rooms.mapValues(\.head.sequence) }
    /// And what it begins after, of rooms whose history is not whole.
    package var anchors: [RoomID: UInt64] {
        chat.rooms.mapValues(\.anchor.sequence).filter { $0.value > 0 }
    }

    package var isIdle: Bool { if case .idle = state { true } else { false } }
    package var hasFailed: Bool { if case .failed = state { true } else { false } }
    /// Requests that wait to be applied again: the caller takes another turn for them.
    package var hasReturned: Bool { !returned.isEmpty }

    /// Applies these requests and begins to store what they change. Only when idle.
    package func take(_ envelopes: [Envelope], now: Timestamp) {
        guard case .idle = state else { preconditionFailure("Sequencer.take while a batch is being stored") }
        context.now = now
        context.audit = outboxCount < chat.limits.auditOutbox ? intake() : max(intake(), .busy)
        context.storage = isDamaged ? .damaged : storage()
        let all = returned + envelopes
        returned = []
        let known: Known
        do throws(StorageError) {
            known = try lookUp(all)
        } catch {
            // Without the memory of earlier sends a repetition would be stored twice: refuse, and change
            // nothing.
            let refusal = Refusal(.busy, retryAfter: chat.limits.busyRetry)
            finish(all.map { refused($0, refusal) }, .untouched)
            return
        }
        var pending: [Pending] = []
        pending.reserveCapacity(all.count)
        for envelope in all { pending.append(process(envelope, known)) }
        let batch = chat.batch
        guard !batch.isEmpty else { return finish(pending, .untouched) }
        state = .appending(pending)
        staged =
            batch.audit.map { (nil, $0) } + batch.rooms.flatMap { room in room.audit.map { (room.room, $0) } }
        store.append(batch) { [self] outcome in appended(outcome) }
    }

    // MARK: applying

    private func lookUp(_ envelopes: [Envelope]) throws(StorageError) -> Known {
        do throws(StorageError) {
            return Known(
                receipts: try sends.receipts(for: envelopes),
                targets: try store.targets(at: places(of: envelopes, \.target)),
                counts: try store.messageCounts(at: places(of: envelopes, \.counted)))
        } catch {
            guard error.code == .damaged else { throw error }
            // From here on nothing is stored that these could be repetitions of; who reads goes on.
            isDamaged = true
            context.storage = .damaged
            return Known(receipts: [:], targets: [:])
        }
    }

    /// What is to be looked up: each once, and for nobody who would be refused whatever is there.
    private func places(
        of envelopes: [Envelope], _ place: (Envelope) -> EventPlace?
    ) -> [EventPlace] {
        var places: Set<EventPlace> = []
        for envelope in envelopes {
            guard let place = place(envelope), let room = chat.rooms[place.room],
                room.members[envelope.actor.author] != nil
            else { continue }
            if case .command(.send) = envelope.body, room.room.isArchived { continue }
            places.insert(place)
        }
        return Array(places)
    }

    private func process(_ envelope: Envelope, _ known: Known) -> Pending {
        switch envelope.body {
        case .command(let command): return process(command, envelope, known)
        case .attach(let epoch, let session, let password, let code):
            return attach(envelope, epoch, session, password, code)
        case .changeFactor(let command, let codes):
            if case .refused(let refusal) = chat.apply(command, by: envelope.actor, &context) {
                return Pending(envelope: envelope, answer: .refused(refusal))
            }
            return Pending(
                envelope: envelope, answer: .message(codes.isEmpty ? .done : .recoveryCodes(codes)))
        case .makeKey(let key): return recordKey(key, envelope)
        case .makeInvite(let order, let token):
            let verdict = chat.apply(.makeInvite(order), by: envelope.actor, &context)
            return Pending(envelope: envelope, answer: made(verdict, token))
        case .endSession(let session, let person):
            return Pending(
                envelope: envelope, effect: .endSession(session, of: person), answer: .message(.done))
        case .detach: return Pending(envelope: envelope, effect: .detach, answer: .message(.done))
        case .audited(let ids):
            if context.storage < .damaged { chat.entered(ids) }
            // If this cannot be stored they stay, and are handed over again at the next start.
            outboxCount -= ids.count
            return Pending(envelope: envelope, answer: .message(.done))
        case .subscribe(let request): return subscribe(envelope, request)
        case .search(let search): return self.search(search, envelope)
        case .unsubscribe(let room):
            return Pending(envelope: envelope, effect: .unsubscribe(room), answer: .message(.done))
        case .setPresence(let presence):
            return Pending(envelope: envelope, effect: .presence(presence), answer: .message(.done))
        case .lookAround: return Pending(envelope: envelope, effect: .lookAround, answer: .message(.done))
        case .listRooms, .listMembers, .detailRoom, .listBlocks, .listPeople, .showPerson, .showRoom,
            .listInvites, .describeRoom, .describePerson, .describeDeletion, .listDeletions:
            let directory = Directory(chat: chat) { [subscribers] in subscribers.presence(of: $0) }
            let answer = directory.answer(envelope, now: context.now)
            return Pending(envelope: envelope, answer: answer)
        }
    }

    private func process(_ command: Command, _ envelope: Envelope, _ known: Known) -> Pending {
        var receipt: Event?
        if case .send(let message) = command {
            receipt = known.receipts[SendKey(person: envelope.actor.author, send: message.id)]
        }
        let target = envelope.target.flatMap { known.targets[$0] }
        let counted = envelope.counted.flatMap { known.counts[$0] }
        switch chat.apply(
            command, by: envelope.actor, receipt: receipt, target: target, counted: counted, &context)
        {
        case .refused(let refusal): return Pending(envelope: envelope, answer: .refused(refusal))
        case .repeated(let event):
            return Pending(envelope: envelope, answer: .sent(event), repeatsStored: receipt != nil)
        case .accepted(.sent(let event)):
            return Pending(
                envelope: envelope, events: [event], effect: mentioning(command, event), answer: .sent(event))
        case .accepted(.position(let room)):
            let position = chat.readPosition(of: envelope.actor.author, in: room)
            return Pending(
                envelope: envelope, effect: .read(room),
                answer: .message(position.map { ServerMessage.readPosition($0) } ?? .done))
        case .accepted(.room(let room, let events)):
            let answer =
                Directory(chat: chat).summary(of: room, for: envelope.actor).map { ServerMessage.room($0) }
                ?? .done
            return Pending(envelope: envelope, events: events, answer: .message(answer))
        case .accepted(.recorded), .accepted(.invite), .accepted(.newcomer):
            return Pending(envelope: envelope, answer: .message(.done))
        case .accepted(.person(let id)):
            guard let person = chat.people[id] else {
                return Pending(envelope: envelope, answer: .message(.done))
            }
            return Pending(
                envelope: envelope, effect: Self.effect(of: command, on: person), answer: .person(person))
        }
    }

    private func search(_ search: SearchRequest, _ envelope: Envelope) -> Pending {
        let order: Result<SearchOrder, Refusal>
        do throws(Refusal) {
            order = .success(try Directory(chat: chat).order(search, for: envelope.actor.author))
        } catch {
            order = .failure(error)
        }
        return Pending(envelope: envelope, effect: .search(order), answer: .message(.done))
    }

    private func recordKey(_ key: NewKey, _ envelope: Envelope) -> Pending {
        let record = Command.recordSecret(.id(envelope.actor.author), .tokenMade, key.details)
        switch chat.apply(record, by: envelope.actor, &context) {
        case .refused(let refusal): return Pending(envelope: envelope, answer: .refused(refusal))
        case .accepted, .repeated:
            guard let person = chat.people[envelope.actor.author] else {
                preconditionFailure("Sequencer: a key was recorded of nobody")
            }
            return Pending(envelope: envelope, effect: .makeKey(key, of: person), answer: .message(.done))
        }
    }

    private func attach(
        _ envelope: Envelope, _ epoch: UInt32, _ session: LoginSessionID, _ password: LoginChange?,
        _ code: CodeUse?
    ) -> Pending {
        var events: [Event] = []
        let result = loggedIn(envelope.actor.author, epoch, password, code, &events)
        let isAnotherPassword = if case (.success, .chosen) = (result, password) { true } else { false }
        return Pending(
            envelope: envelope, events: events,
            effect: .attach(result, of: session, endsOthers: isAnotherPassword), answer: .message(.done))
    }

    /// What was proved, was proved against the past: a password may have been set, an invite or a code used,
    /// since.
    private func loggedIn(
        _ id: PersonID, _ epoch: UInt32, _ password: LoginChange?, _ code: CodeUse?, _ events: inout [Event]
    ) -> Result<Person, Refusal> {
        if case .newcomer(let newcomer) = password { return entered(newcomer, &events) }
        if case .external(let login) = password, chat.people[id] == nil { return signedIn(id, login) }
        guard let person = chat.people[id] else { return .failure(Refusal(.unknownPerson)) }
        guard !person.isDisabled else { return .failure(Refusal(.disabled)) }
        guard person.sessionEpoch == epoch else {
            return .failure(Refusal(.wrongCredentials))
        }
        var changes: [Command] = code.map { [.useCode(.id(id), $0)] } ?? []
        switch password {
        case .external(let login): changes.append(.signIn(login))
        case .chosen(let hash): changes.append(.choosePassword(.id(id), hash))
        // It can wait for the next login.
        case .rehashed where context.storage >= .reserved: break
        case .rehashed(let hash): changes.append(.rehashPassword(.id(id), hash))
        case .newcomer, nil: break
        }
        // Whoever holds an invite acts for the operator who gave it.
        for change in changes {
            if case .refused(let refusal) = chat.apply(change, by: .operations, &context) {
                return .failure(refusal)
            }
        }
        return .success(chat.people[id] ?? person)
    }

    private func entered(_ newcomer: Newcomer, _ events: inout [Event]) -> Result<Person, Refusal> {
        switch chat.apply(.redeemInvite(newcomer), by: .operations, &context) {
        case .refused(let refusal): return .failure(refusal)
        case .accepted(.newcomer(let id, let entries)):
            events = entries
            return chat.people[id].map { .success($0) } ?? .failure(Refusal(.unknownPerson))
        case .accepted, .repeated: preconditionFailure("Sequencer: a newcomer is answered with a person")
        }
    }

    private func made(_ verdict: Verdict, _ token: String) -> Answer {
        switch verdict {
        case .refused(let refusal): return .refused(refusal)
        case .accepted(.invite(let invite)):
            let made = MadeInvite(token: token, id: invite.id, expiresAt: invite.expiresAt)
            return .message(.inviteMade(made))
        case .accepted, .repeated: preconditionFailure("Sequencer: an invite is answered with itself")
        }
    }

    /// A person who is made at this moment, unless somebody was linked to the identity meanwhile.
    private func signedIn(_ id: PersonID, _ login: ExternalLogin) -> Result<Person, Refusal> {
        guard login.newPerson?.id == id, chat.identities[login.identity] == nil else {
            return .failure(Refusal(.busy, retryAfter: chat.limits.busyRetry))
        }
        switch chat.apply(.signIn(login), by: .operations, &context) {
        case .refused(let refusal): return .failure(refusal)
        case .accepted, .repeated:
            return chat.people[id].map { .success($0) } ?? .failure(Refusal(.unknownPerson))
        }
    }

    private func mayBeJoined(_ state: RoomState, by person: PersonID) -> Bool {
        state.room.kind == .open || state.outsiders[person]?.isInvited == true
    }

    private func subscribe(_ envelope: Envelope, _ request: CheckedSubscription) -> Pending {
        var events: [Event] = []
        if request.join, let found = chat.room(request.room), mayBeJoined(found, by: envelope.actor.author) {
            guard request.mayJoin || found.members[envelope.actor.author] != nil else {
                return Pending(envelope: envelope, answer: .refused(.outOfScope(.join)))
            }
            switch chat.apply(.join(request.room), by: envelope.actor, &context) {
            case .accepted(.room(_, let joined)): events = joined
            case .refused(let refusal): return Pending(envelope: envelope, answer: .refused(refusal))
            case .accepted, .repeated: preconditionFailure("Sequencer: joining is answered with a room")
            }
        }
        do throws(Refusal) {
            let room = try chat.visibleRoom(request.room, to: envelope.actor)
            guard room.members[envelope.actor.author] != nil else { throw Refusal(.notAMember) }
            guard let summary = Directory(chat: chat).summary(of: room.room.id, for: envelope.actor) else {
                throw Refusal(.unknownRoom)
            }
            let subscription = Subscription(
                room: summary, head: room.head, common: request.common,
                historyChanged: request.common.sequence < request.lastHeld && !isRemoved(request, in: room))
            return Pending(
                envelope: envelope, events: events,
                effect: .subscribe(room.room.id, head: room.head.sequence, first: summary.first),
                answer: .message(.subscribed(subscription)))
        } catch {
            return Pending(envelope: envelope, events: events, answer: .refused(error))
        }
    }

    /// Whether all that the client holds was removed: of this history it was, if its incarnation says so.
    private func isRemoved(_ request: CheckedSubscription, in room: RoomState) -> Bool {
        request.lastHeld < room.anchor.sequence && request.incarnation == incarnation
    }

    // MARK: the outcome

    private func appended(_ outcome: AppendOutcome) {
        guard case .appending(let pending) = state else {
            preconditionFailure("Sequencer: an outcome nobody waits for")
        }
        switch outcome {
        case .stored:
            finish(pending, .stored)
        case .conflict(let rooms):
            staged.removeAll { staged in staged.room.map { rooms.contains($0) } ?? false }
            resolve(Set(rooms), pending)
        case .full:
            staged = []
            chat.rollback()
            let refusal = Refusal(.storageFull, "the disk is full", retryAfter: chat.limits.busyRetry)
            finish(undone(pending, refusal), .full)
        case .damaged:
            staged = []
            chat.rollback()
            isDamaged = true
            finish(undone(pending, chat.refusal(in: .damaged)), .damaged)
        case .unknown(let detail):
            // Nothing of this batch is shown: each asker learns that it must ask again, of the restarted
            // server.
            staged = []
            let refusal = Refusal(.unknownOutcome, detail)
            tell(pending.map { refused($0.envelope, refusal) })
            state = .failed
        }
    }

    /// What only looks at the chat looks again, at the chat without the batch. What else asked for no change
    /// keeps its answer, but a refusal only where nothing in this batch was changed before it: it may rest on
    /// what is undone.
    private func undone(_ pending: [Pending], _ refusal: Refusal) -> [Pending] {
        var hasChanged = false
        return pending.map { one in
            if let again = lookedAgain(one.envelope) { return again }
            let isRefused = if case .refused = one.answer { true } else { false }
            guard one.isUnchanged, !(isRefused && hasChanged) else {
                hasChanged = true
                return refused(one.envelope, refusal)
            }
            return one
        }
    }

    private func lookedAgain(_ envelope: Envelope) -> Pending? {
        switch envelope.body {
        case .listRooms, .listMembers, .detailRoom, .listBlocks, .listPeople, .showPerson, .showRoom,
            .listInvites, .describeRoom, .describePerson, .describeDeletion, .listDeletions, .search:
            return process(envelope, Known(receipts: [:], targets: [:]))
        // Of a member's subscription nothing is stored.
        case .subscribe(let request) where chat.room(request.room)?.members[envelope.actor.author] != nil:
            return subscribe(envelope, request)
        default: return nil
        }
    }

    /// The batch stands: what it changed becomes the past, and everybody is told.
    private func finish(_ pending: [Pending], _ storage: SequencerOutput.Storage) {
        chat.commit()
        sends.remember(pending)
        state = .idle
        tell(pending, storage)
    }

    /// Another writer was first in these rooms: they are read again and their requests applied again.
    private func resolve(_ rooms: Set<RoomID>, _ pending: [Pending]) {
        do throws(StorageError) {
            for room in rooms { chat.replace(room, by: try store.reload(room)) }
        } catch {
            let refusal = Refusal(.unknownOutcome, error.detail)
            tell(pending.map { refused($0.envelope, refusal) })
            state = .failed
            return
        }
        var settled: [Pending] = []
        for one in pending {
            guard one.mustBeAppliedAgain(after: rooms) else {
                settled.append(admitted(one, without: rooms))
                continue
            }
            var envelope = one.envelope
            envelope.attempts += 1
            if envelope.attempts < chat.limits.conflictAttempts {
                returned.append(envelope)
            } else {
                settled.append(
                    refused(envelope, Refusal(.busy, "conflict", retryAfter: chat.limits.busyRetry)))
            }
        }
        finish(settled, .stored)
    }

    /// A newcomer's entry into a room that was not stored is shown to nobody: they are added to it by a
    /// request of its own.
    private func admitted(_ pending: Pending, without conflicts: Set<RoomID>) -> Pending {
        guard case .attach = pending.effect else { return pending }
        var admitted = pending
        admitted.events = pending.events.filter { !conflicts.contains($0.room) }
        for event in pending.events where conflicts.contains(event.room) {
            guard case .membership(let change)? = ContentCodec().decode(event.content),
                let role = change.role
            else { continue }
            let addition = Command.addMember(.id(event.room), .id(change.person), role)
            returned.append(Envelope(origin: .server, request: 0, body: .command(addition)))
        }
        return admitted
    }

    private func tell(_ pending: [Pending], _ storage: SequencerOutput.Storage = .untouched) {
        // The table moves there and back: with two owners each change would copy it whole.
        var fanout = Fanout(chat: chat, subscribers: subscribers.take(), loopCount: loopCount)
        for one in pending { fanout.add(one) }
        fanout.end()
        subscribers = fanout.subscribers.take()
        var output = fanout.output
        output.storage = storage
        output.audit = staged.map(\.record)
        outboxCount += staged.count
        staged = []
        deliver(output)
    }

    private func refused(_ envelope: Envelope, _ refusal: Refusal) -> Pending {
        switch envelope.body {
        case .detach: Pending(envelope: envelope, effect: .detach, answer: .message(.done))
        case .endSession(let session, let person):
            Pending(envelope: envelope, effect: .endSession(session, of: person), answer: .message(.done))
        case .attach(_, let session, _, _):
            Pending(
                envelope: envelope, effect: .attach(.failure(refusal), of: session, endsOthers: false),
                answer: .message(.done))
        case .search:
            Pending(envelope: envelope, effect: .search(.failure(refusal)), answer: .message(.done))
        case .command, .changeFactor, .makeKey, .makeInvite, .subscribe, .unsubscribe, .setPresence,
            .lookAround, .listRooms,
            .listMembers, .detailRoom, .listBlocks, .listPeople, .showPerson, .showRoom, .listInvites,
            .describeRoom, .describePerson, .describeDeletion, .listDeletions, .audited:
            Pending(envelope: envelope, answer: .refused(refusal))
        }
    }
}
