/// What the crowd is told to do next. One at a time.
enum Order: Sendable {
    /// Connect and log in so many more.
    case connect(Int)
    /// Put all who are connected into new rooms of this size; every member follows its room if asked to.
    case gather(roomSize: Int, subscribe: Bool)
    /// Open loop: so many messages a second in all, each due at its own moment, whatever the server does.
    case send(rate: Double, seconds: Double)
    /// Closed loop: so many senders, each with so many sends in flight.
    case pour(senders: Int, window: Int, seconds: Double)
}
