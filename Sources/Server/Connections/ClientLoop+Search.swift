import Chat
import Native
import Reactor
import Storage
import Wire

/// Searches: from the request to the sequencer, which knows the asker's rooms, and from there to a thread
/// that looks. Loop thread only.
extension ClientLoop {
    /// One at a time, as pages of history.
    func search(_ search: SearchRequest, _ number: UInt64, _ connection: Connection) {
        guard services.search != nil else {
            return connection.enqueue(
                refused: Refusal(.unknownRequest, "this server does not search"), number)
        }
        do throws(Refusal) {
            _ = try SearchTerms(search.query, limits: services.limits)
        } catch {
            return connection.enqueue(refused: error, number)
        }
        if submit(.search(search), number, connection) { connection.isReadingHistory = true }
    }

    /// All that the order allows to see this loop has passed: it came behind it in the same letters.
    func search(_ id: ChannelID, _ number: UInt64, _ order: Result<SearchOrder, Refusal>) {
        guard let connection = connection(id) else { return }
        let refusal: Refusal
        switch order {
        case .success(let order):
            guard let desk = services.search else {
                preconditionFailure("ClientLoop: a search that nobody can carry out")
            }
            let job = SearchJob(
                desk: desk, history: services.history, order: order, request: number,
                limits: services.limits)
            let post = post
            if desk.lane.submit({ post(.page(id, job.run())) }) { return }
            refusal = Refusal(.busy, retryAfter: services.limits.busyRetry)
        case .failure(let found): refusal = found
        }
        connection.isReadingHistory = false
        settle(id, ServerMessageEncoder.encode(.refused(RefusalNotice(refusal)), request: number))
    }
}
