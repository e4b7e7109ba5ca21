import Chat
import Client
import Wire

/// What was typed, carried out in order. Command's thread only.
extension ChatReader {
    mutating func typed(_ typed: LineSplitter.Line, _ host: ClientHost) {
        lines += 1
        let cost = LineCredit.cost(typed)
        guard case .whole(let bytes) = typed else {
            return pass(over: "it is longer than any message", cost)
        }
        let whole = bytes.last == UInt8(ascii: "\r") ? Array(bytes.dropLast()) : bytes
        guard let text = String(validating: whole, as: UTF8.self) else {
            return pass(over: "this is not UTF-8", cost)
        }
        let line = Line(input: ChatInput(text), text: text, number: lines, cost: cost)
        // What was typed is shown again as what was said.
        if isInteractive, case .say = line.input { output += Array("\u{1b}[1A\u{1b}[2K".utf8) }
        early.append(line)
        goOn(host)
    }

    mutating func pass(over reason: String, _ cost: Int) {
        fail(reason, Line(input: .say(""), text: "", number: lines, cost: cost))
        credit.give(cost)
    }

    /// Carries out what was typed, up to what must wait for an answer.
    mutating func goOn(_ host: ClientHost) {
        guard !isGoingOn else { return }
        isGoingOn = true
        while opening == 0, namesAsked == 0, questions.isEmpty, let next = early.first {
            // The last message may be one that has no sequence yet.
            if next.input.isAboutTheLast, !costs.isEmpty { break }
            let line = early.removeFirst()
            if case .say(let words) = line.input {
                say(words, line, host)
            } else {
                credit.give(line.cost)
                obey(line, host)
            }
        }
        isGoingOn = false
        leaveWhenDone(host)
    }

    mutating func say(_ words: String, _ line: Line, _ host: ClientHost) {
        costs[line.number] = line.cost
        messages.insert(line.number)
        guard let here = current.flatMap({ rooms[$0] }) else {
            return notSent(line.number, "you are in no room; /join ROOM", host)
        }
        host.send(namedBody(words, in: here), to: here.id, tag: line.number)
    }

    mutating func obey(_ line: Line, _ host: ClientHost) {
        switch line.input {
        case .say, .nothing: break
        case .help: output += Array((ChatInput.helpText + RoomInput.helpText).utf8)
        case .quit:
            // What was said is stored first; whoever asks twice does not wait for it.
            if isQuitting { host.leave() }
            isQuitting = true
        case .join(let room): go(to: room, host)
        case .rooms: askRooms(after: nil, listed: 0, line, host)
        case .create(let name, let isPrivate):
            ask(.command(.createRoom(name: name, kind: isPrivate ? .closed : .open)), .entering, line, host)
        case .direct(let name): ask(.command(.openDirect(with: .name(name))), .entering, line, host)
        case .sessions: ask(.listSessions, .sessions, line, host)
        case .nameSession(let number, let name):
            guard let session = session(number, line) else { return }
            ask(.nameSession(session, name), .telling("session \(number) is now called \(name)"), line, host)
        case .endSession(let number):
            guard let session = session(number, line) else { return }
            ask(.endSession(session), .telling("session \(number) has ended"), line, host)
        case .makeKey(let key): ask(.makeKey(key), .key, line, host)
        case .offerFactor: ask(.beginFactor, .factor, line, host)
        case .confirmFactor(let code): ask(.confirmFactor(code: code), .factor, line, host)
        case .renewRecoveryCodes(let code): ask(.renewRecoveryCodes(.code(code)), .factor, line, host)
        case .removeFactor(let code):
            ask(.removeFactor(.code(code)), .telling("your password alone lets you in again"), line, host)
        case .search(let wish): look(for: wish, line, host)
        case .numbers:
            showsNumbers.toggle()
            show(showsNumbers ? "numbers stand before what comes now" : "no numbers any more")
        case .block(let name, let isLifted):
            let words = isLifted ? "you hear from \(name) again" : "you hear no more from \(name)"
            ask(.command(.block(.name(name), isLifted: isLifted)), .blocking(words), line, host)
        case .presence(let presence): ask(.setPresence(presence), .presence(presence), line, host)
        case .typing:
            showsTyping.toggle()
            show(showsTyping ? "you see who is writing" : "you do not see who is writing")
        case .blocks: ask(.listBlocks, .blocks, line, host)
        case .members, .add, .leave, .link, .reply, .edit, .delete, .react, .room:
            guard let ticket = current, let here = rooms[ticket] else {
                return fail("you are in no room", line)
            }
            obey(line, in: here, ticket, host)
        case .wrong(let reason): complain([isInteractive ? nil : "line \(line.number)", reason])
        }
    }

    mutating func obey(
        _ line: Line, in here: RoomSummary, _ ticket: RoomTicket, _ host: ClientHost
    ) {
        switch line.input {
        case .members: askMembers(of: here.id, after: nil, listed: 0, line, host)
        case .add(let name):
            ask(
                .command(.addMember(.id(here.id), .name(name), .member)),
                .telling("\(name) is in \(Self.label(here))"), line, host)
        case .link(let uses, let seconds):
            guard here.kind != .direct else { return fail("a direct room keeps its members", line) }
            let invite = InviteRequest(
                uses: uses, lifetime: seconds.map { .seconds($0) }, rooms: [.id(here.id)])
            ask(.makeInvite(invite), .invite, line, host)
        case .room(let input): obey(input, line, in: here, ticket, host)
        case .reply, .edit, .delete, .react: sayAbout(line, in: here, ticket, host)
        case .leave:
            left.insert(ticket)
            ask(.command(.leave(.id(here.id))), .leaving(ticket, name: Self.label(here)), line, host)
        case .say, .help, .quit, .join, .rooms, .create, .direct, .sessions, .nameSession, .endSession,
            .makeKey, .offerFactor, .confirmFactor, .removeFactor, .renewRecoveryCodes, .numbers, .search,
            .block, .blocks, .presence, .typing, .nothing, .wrong:
            break
        }
    }

    /// What is about a message goes the way of messages: kept and sent again until its outcome is known.
    mutating func sayAbout(
        _ line: Line, in here: RoomSummary, _ ticket: RoomTicket, _ host: ClientHost
    ) {
        let content = latest[ticket, default: LatestMessages()].content(of: line.input) {
            namedBody($0, replyTo: $1, in: here)
        }
        guard let content else {
            return fail("there is no message yet that it could be about", line)
        }
        costs[line.number] = 0
        if case .message = content { messages.insert(line.number) }
        host.send(content, to: here.id, tag: line.number)
    }

    mutating func go(to name: String, _ host: ClientHost) {
        if let known = rooms.first(where: { $0.value.name == name || Self.label($0.value) == name }) {
            current = known.key
            return show("now in \(name)")
        }
        opening += 1
        host.open(.name(name), from: .recent(Self.recent), joins: true)
    }

    mutating func notSent(_ number: UInt64, _ reason: String, _ host: ClientHost) {
        complain([isInteractive ? nil : "line \(number)", "not sent", reason])
        settle(number, host)
    }

    mutating func settle(_ number: UInt64, _ host: ClientHost) {
        credit.give(costs.removeValue(forKey: number) ?? 0)
        messages.remove(number)
        goOn(host)
    }

    /// At the end of the input everything that was typed is carried out first.
    func leaveWhenDone(_ host: ClientHost) {
        guard costs.isEmpty, questions.isEmpty, opening == 0, namesAsked == 0 else { return }
        if isQuitting || hasEndedInput && early.isEmpty { host.leave() }
    }
}
