package import Chat
package import Native
import Reactor
import Synchronization
package import Wire

/// One client on a loop and a thread of its own, for a program that reads its news as they come.
///
/// Any thread may ask; one thread reads. When the reader falls behind, the server's bytes are left in the
/// kernel until it has caught up, so nothing grows without bound.
package final class ClientHost: Sendable {
    private let loop: EventLoop<ClientDriver>
    private let thread: Native.Thread
    private let desk: NewsDesk

    /// - Throws: what keeps the loop or its thread from starting.
    package init(plan: ConnectionPlan, configuration: ClientConfiguration) throws(IOError) {
        var limits = LoopLimits()
        limits.outboxBytes = Limits.standard.outboxBytes
        limits.outboxStallBytes = Limits.standard.outboxStallBytes
        let loop = try EventLoop<ClientDriver>(limits: limits)
        let desk = NewsDesk()
        self.loop = loop
        self.desk = desk
        thread = try Native.Thread.start(name: "client") {
            do throws(IOError) {
                try loop.run { ClientDriver(context: $0) }
            } catch {
                desk.post(.told(.ended(.unreachable("\(error)"))))
            }
            desk.close()
        }
        loop.postAlways { driver in
            driver.add(plan, configuration: configuration, user: Spokesman(desk: desk, end: { loop.stop() }))
        }
    }

    // MARK: the reader's thread

    /// Waits for news; false when none will come any more. It may come back empty before the time is over.
    /// `news` must be empty before.
    package func read(into news: inout [ClientNews], timeout: Duration? = nil) -> Bool {
        let isOpen = desk.read(into: &news, timeout: timeout)
        if desk.takePause() { loop.postAlways { $0.sole?.resumeReading() } }
        return isOpen
    }

    /// Waits until the loop has ended, as it does after `.ended`.
    package func join() { thread.join() }

    // MARK: any thread

    /// Has the reader hear it between the news.
    package func post(_ input: TypedInput) { desk.post(.input(input)) }

    package func open(
        _ room: RoomReference, from start: RoomReplica.Start, joins: Bool = false, follows: Bool = true
    ) {
        let desk = desk
        loop.postAlways { driver in
            guard let client = driver.sole else { return }
            desk.post(.opening(room, client.open(room, from: start, joins: joins, follows: follows)))
        }
    }

    package func close(_ ticket: RoomTicket) { loop.postAlways { $0.sole?.close(ticket) } }

    /// In the order of calling. `tag` comes back in `.sending`.
    package func send(_ body: MessageBody, to room: RoomID, tag: UInt64 = 0) {
        send(.message(body), to: room, tag: tag)
    }

    /// A message, or what is said about one.
    package func send(_ content: Content, to room: RoomID, tag: UInt64 = 0) {
        let desk = desk
        loop.postAlways { driver in
            guard let client = driver.sole else { return }
            desk.post(.sending(client.send(content, to: room), tag: tag))
        }
    }

    package func perform(_ request: Request, tag: UInt64 = 0) {
        let desk = desk
        loop.postAlways { driver in
            guard let client = driver.sole else { return }
            desk.post(.asking(client.perform(request), tag: tag))
        }
    }

    /// `logins`, unless empty, take the place of the configuration's.
    package func trust(logins: [Authentication] = []) {
        loop.postAlways { $0.sole?.trust(logins: logins) }
    }
    package func noteRead(_ room: RoomID, through sequence: UInt64) {
        loop.postAlways { $0.sole?.noteRead(room, through: sequence) }
    }
    package func enter(code: String) { loop.postAlways { $0.sole?.enter(code: code) } }
    package func distrust(_ reason: String) { loop.postAlways { $0.sole?.distrust(reason) } }
    package func leave() { loop.postAlways { $0.sole?.leave() } }
}
