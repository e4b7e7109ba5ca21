/// Every limit of the system, in one place (promise G5), with the relations that must hold between them.
///
/// Sizes are in bytes unless the name says otherwise. Tests and the simulator pass smaller ones.
package struct Limits: Hashable, Sendable {
    // MARK: what people write
    package var nameScalars = 64
    package var topicBytes = 1_024
    package var bodyBytes = 64 * 1_024
    package var contentTypeBytes = 128
    /// An emoji of several people and skin tones takes up to 35 bytes.
    package var reactionBytes = 64
    /// Each is an event that stays, and is erased with the message.
    package var editsOfAMessage = 100
    /// People whom one message names, and members of a room in which all are named at once.
    package var mentionsOfAMessage = 50
    package var membersNamedAtOnce = 1_000
    /// What naming all costs of the rates of bytes.
    package var bytesOfNamingAll = 1_024 * 1_024
    /// Messages that name a member and are not read: so many are remembered in a room.
    package var mentionsKept = 100
    /// Members of a room who are told who comes and goes; connections of one loop who are told who writes.
    package var membersToldOfPresence = 250
    /// People of whom one look around tells.
    package var presencesToldAtOnce = 1_000
    package var connectionsToldOfTyping = 100
    /// Between two notices that one connection is writing.
    package var typingPause = Duration.seconds(2)
    /// Of why somebody is put out or muted, or a message reported.
    package var reasonBytes = 512
    /// The longest that a slow room lets its members wait between two messages.
    package var slowSeconds = 6 * 3_600
    /// The longest that a room keeps its history, if not for ever.
    package var keepDays = 36_500
    /// The longest that somebody is muted or banned, if not until it is lifted.
    package var sanctionMost = Duration.seconds(366 * 86_400)
    package var passwordBytes = 1_024
    package var passwordLeastCharacters = 8
    package var tokenBytes = 512
    /// Of a provider's token, which may name many groups.
    package var providerTokenBytes = 16 * 1_024
    /// Of a one-time or recovery code as somebody typed it.
    package var codeBytes = 64

    // MARK: how many there may be
    package var people = 100_000
    package var rooms = 100_000
    package var membersOfARoom = 20_000
    /// Of a room: those who were invited, banned, or went while they were muted.
    package var outsidersOfARoom = 10_000
    package var pinsOfARoom = 100
    package var blocksOfAPerson = 1_000
    package var roomsOfAPerson = 1_000
    /// By which one person may log in.
    package var identitiesOfAPerson = 16
    /// Links that let new people in, at the same time; expired ones do not count.
    package var openInvites = 1_000
    package var usesOfAnInvite = 1_000
    package var roomsOfAnInvite = 16
    /// Of a list of them that is answered at once: each may name all its rooms.
    package var openInvitesListed = 100

    // MARK: the wire
    package var frameBytesBeforeAuthentication = 4 * 1_024
    package var frameBytes = 1_024 * 1_024
    package var messagesInAFrame = 4_096
    /// One message within a frame: the largest body or provider's token, and its envelope.
    package var messageBytes: Int { max(bodyBytes, providerTokenBytes) + 4_096 }
    /// Wrong passwords, tokens or invites on one connection.
    package var authenticationTries = 3
    /// Logins of one connection that come before their time: a client that waits as it is told never gets
    /// there.
    package var authenticationWaits = 20
    /// Commands that a connection may have in flight before its loop stops reading it.
    package var window = 256
    /// Of the messages that this program's client has written and not seen acknowledged. Few: they may come
    /// to one frame, nothing of which is acknowledged before all of it has arrived over the slowest line.
    package var windowBytes = 256 * 1_024
    package var subscriptionsOfAConnection = 1_000
    package var checkpointsOfASubscription = 32
    package var historyPageEvents = 512
    package var historyPageBytes = 128 * 1_024
    package var listEntries = 1_000

    // MARK: the loops
    package var connections = 100_000
    package var connectionsFromOneAddress = 20_000
    package var unauthenticatedConnections = 20_000
    package var eventsOfATurn = 256
    package var readBytesOfATurn = 64 * 1_024
    package var acceptsOfATurn = 16
    package var outboxBytes = 2 * 1_024 * 1_024
    /// Bytes that the kernel did not take, from which on a connection gets no events and has no further
    /// request taken. Few: the kernel's own buffer has absorbed what a healthy peer needs.
    package var outboxStallBytes = 16 * 1_024
    /// Events that a connection may gather within one turn of its loop; the rest it reads from the history.
    package var gatherBytes = 640 * 1_024
    package var mailboxLetters = 65_536
    package var mailboxBytes = 64 * 1_024 * 1_024

    // MARK: the sequencer
    package var sequencerCommands = 65_536
    package var sequencerBytes = 64 * 1_024 * 1_024
    /// Room kept in the sequencer's queue for administration.
    package var sequencerReserve = 64
    package var batchCommands = 1_024
    package var batchBytes = 4 * 1_024 * 1_024
    /// How often a request is applied before a conflict with another writer is answered with `busy`.
    package var conflictAttempts = 8

    // MARK: the pools
    package var poolThreads = 2
    package var poolJobs = 4_096
    package var hashingJobs = 64
    package var stateWriterOperations = 16_384
    /// Logins that wait for one provider's keys.
    package var providerJobs = 64
    /// Proofs of logins by providers that are remembered so that none is used twice.
    package var usedProofs = 16_384

    // MARK: the audit log
    /// Security events that wait for the audit writer; more are counted, and the count is entered.
    package var auditEvents = 16_384
    /// Records of administration that the audit log does not have yet; more are refused with `busy`.
    package var auditOutbox = 16_384
    /// Of those that the audit log has, so many are taken out of the outbox in one batch of the sequencer.
    package var auditedRecords = 256
    /// Different events whose repetitions are counted at the same time; others are counted together.
    package var auditFloods = 4_096
    /// Entries of what nobody in particular did, as logins that fail: so many at once, and then one each
    /// refill. More are counted by their kind.
    package var auditStrangersEntries = 4_096
    package var auditStrangersRefill = Duration.seconds(1)
    package var auditFloodWindow = Duration.seconds(10)
    /// Entries and time after which the log is signed.
    package var auditCheckpointEntries = 1_000
    package var auditCheckpointInterval = Duration.seconds(60)
    /// Entries of one transaction.
    package var auditBatchEntries = 16_000
    /// Between two commits of the audit log: what comes meanwhile gathers, and leaves the disk to the chat.
    package var auditGather = Duration.milliseconds(100)
    /// So many times as long as a commit took the log rests after it, up to `auditLongestGather`: a slow
    /// disk is the chat's first.
    package var auditRest = 9
    package var auditLongestGather = Duration.seconds(1)
    /// How often a full disk is tried again, and when a refused administrator should.
    package var auditRetry = Duration.seconds(1)
    /// Of one page of an export, in entries and in bytes of details.
    package var auditPageEntries = 256
    package var auditPageBytes = 128 * 1_024
    /// Entries that one transaction erases.
    package var auditErasedEntries = 1_000
    /// How long one asking about an erasing waits: others are answered in between.
    package var auditErasingWait = Duration.seconds(1)
    /// Checkpoints that wait for a disk that takes them.
    package var auditCheckpointsHeld = 1_024
    /// Expired sessions and invites removed at once.
    package var sweepEntries = 1_000

    // MARK: search
    package var searchQueryBytes = 256
    package var searchTerms = 8
    /// Messages of one page of what was found; a page's bytes are those of a page of history.
    package var searchPageHits = 50
    /// Messages looked at for one page, to see whether they really match; what is left is the next page's.
    package var searchCandidates = 2_000
    /// Of what is stored and not yet in the index, so much is looked through for one page.
    package var searchTailEvents = 4_096
    package var searchTailBytes = 1_024 * 1_024
    package var searchThreads = 1
    package var searchJobs = 256
    /// Of what enters the index in one transaction, and of one room in one turn.
    package var indexBatchEvents = 2_048
    package var indexBatchBytes = 1_024 * 1_024
    package var indexPageEvents = 512
    /// Between two transactions of the index: what comes meanwhile gathers, and leaves the disk to the chat.
    package var indexGather = Duration.milliseconds(250)
    /// How soon the index is tried again, after it could not be read or written.
    package var indexRetry = Duration.seconds(1)
    /// Between two pieces of removing what deleted messages have left in the index.
    package var indexForgetPause = Duration.milliseconds(50)

    // MARK: retention
    /// Of what one transaction removes.
    package var removedEvents = 500
    package var removedBytes = 1_024 * 1_024
    /// Sends of removed events that one transaction forgets.
    package var sendsForgotten = 1_000
    /// How long a send is remembered at least, though its event was removed.
    package var sendMemory = Duration.seconds(30 * 86_400)
    /// Between two looks for what is older than it is kept.
    package var retentionInterval = Duration.seconds(60)
    /// And when the disk had no room for a transaction, which is tried again as a smaller one.
    package var retentionRetry = Duration.seconds(5)
    /// After each transaction it rests: so long at least, and so many times as long as that took.
    package var retentionPause = Duration.milliseconds(50)
    package var retentionRest = 9
    /// Transactions for one room before the next has its turn.
    package var retentionTurns = 16
    /// How long the sequencer may take for one, before this looks again.
    package var retentionPatience = Duration.seconds(30)

    // MARK: time
    package var handshakeDeadline = Duration.seconds(10)
    package var authenticationDeadline = Duration.seconds(10)
    /// A frame that has begun, and no further byte of it.
    package var frameDeadline = Duration.seconds(10)
    package var slowReaderDeadline = Duration.seconds(10)
    /// How long a reader that takes something now and then may stay behind.
    package var congestionDeadline = Duration.seconds(60)
    /// What a slow reader then has left, to take what waits and the code behind it.
    package var farewellDeadline = Duration.seconds(3)
    package var idleDeadline = Duration.seconds(120)
    /// When a client changes the keys of the sealed layer, give or take a tenth.
    package var rekeyInterval = Duration.seconds(1_800)
    /// How old keys may become before their connection is closed.
    package var generationDeadline = Duration.seconds(2_100)
    /// From one side's change of keys to the other's: the congestion deadline holds for a paused reader.
    package var rekeyDeadline = Duration.seconds(75)
    /// Frames of one direction that keys may seal before their connection is closed.
    package var framesOfAGeneration: UInt64 = 1 << 20
    /// Hellos that are remembered, so that none is answered twice: so many at least, and no longer than this
    /// where fewer come.
    package var hellosRemembered = 32_768
    package var helloMemory = Duration.seconds(300)
    /// Changes of keys that one connection may make at once, and after how long it has one more.
    package var rekeysInARow = 8
    package var rekeyRefill = Duration.seconds(10)
    package var drainDeadline = Duration.seconds(10)
    package var acceptBackOff = Duration.milliseconds(100)
    package var busyRetry = Duration.milliseconds(250)
    package var sessionLifetime = Duration.seconds(30 * 86_400)
    package var accessTokenLifetime = Duration.seconds(900)
    /// Sessions closed within the lifetime of an access token; more void all access tokens.
    package var withdrawnSessions = 10_000
    package var sessionNameBytes = 64
    /// Of one person, made together; each is good once.
    package var recoveryCodes = 10
    /// From the offer of a second factor to the code that confirms it.
    package var factorOfferLifetime = Duration.seconds(600)
    /// Devices of one person at a time; the oldest gives way.
    package var sessionsOfAPerson = 100
    /// Of one person, beside those of devices; more are refused.
    package var keysOfAPerson = 50
    /// Of a key for which nobody said how long, and what may be said.
    package var keyLifetime = Duration.seconds(90 * 86_400)
    package var keyLeastLifetime = Duration.seconds(60)
    package var keyLongestLifetime = Duration.seconds(366 * 86_400)
    package var inviteLifetime = Duration.seconds(86_400)
    /// How long a link for new people is good where nothing is said, and what may be said.
    package var openInviteLifetime = Duration.seconds(7 * 86_400)
    package var openInviteLeast = Duration.seconds(60)
    package var openInviteMost = Duration.seconds(90 * 86_400)
    package var credentialLifetime = Duration.seconds(86_400)

    // MARK: how often
    package var rates = RateLimits()
    /// How often buckets that are not full are stored, and what is full sooner than that is not.
    package var ratesKeptEvery = Duration.seconds(5)
    package var ratesKept = 65_536

    // MARK: memory
    /// What the process may take, in MiB; 0: so many percent of what the machine or its control group has.
    package var memoryMegabytes = 0
    package var memoryLeastMegabytes = 48
    package var memoryShare = 60
    /// When to come back whom there is no memory for.
    package var memoryRetry = Duration.seconds(5)
    /// Slow readers of one loop that are sent away at one look.
    package var shedReaders = 64

    // MARK: storage
    package var stateMapBytes = 64 * 1_024 * 1_024 * 1_024
    /// Of SQLite's log of a file, less on a small disk.
    package var walBytes = 64 * 1_024 * 1_024
    package var walLeastBytes = 1_024 * 1_024
    /// Room on the data's disk, in MiB, that is kept for administration and for what takes things away; no
    /// more than this part of the disk.
    package var diskReserveMegabytes = 256
    package var diskReserveShare = 20
    /// When to ask again what there is no room for, and what a damaged file does not take.
    package var storageRetry = Duration.seconds(2)
    package var damagedRetry = Duration.seconds(60)
    /// SQLite's log of a file may grow to this while a snapshot is copied; then the snapshot is given up.
    package var snapshotLogBytes = 2 * 1_024 * 1_024 * 1_024
    /// How long one who writes may take to stand still for a snapshot.
    package var standStillPatience = Duration.seconds(10)
    /// Of an export, in one page: events of somebody's among so many that are looked at, and other facts.
    package var tracesScanned: UInt64 = 20_000
    package var tracesFound = 128
    package var factsListed = 500
    /// How long one asking about a person's deletion waits: others are answered in between.
    package var deletionWait = Duration.milliseconds(250)
    /// How long one asking about a snapshot waits: others are answered in between.
    package var snapshotWait = Duration.milliseconds(250)

    /// The largest answer: a page, each of its events with 256 bytes around its content.
    private var pageMostBytes: Int { historyPageBytes + bodyBytes + historyPageEvents * 256 }

    package var traces: Traces.Bounds {
        Traces.Bounds(scanned: tracesScanned, events: tracesFound, bytes: historyPageBytes)
    }

    package static let standard = Limits()

    package init() {}

    /// As they hold where the data's disk has so many bytes in all.
    package func onDisk(ofBytes size: Int) -> Limits {
        var limits = self
        limits.walBytes = min(walBytes, max(walLeastBytes, size / 32))
        return limits
    }

    /// What is wrong with these limits; empty when every relation holds. Checked at start.
    package func violations() -> [String] {
        var found: [String] = []
        func require(_ holds: Bool, _ relation: String) { if !holds { found.append(relation) } }
        // A message of the largest body must fit into a frame, with room for its envelope.
        require(bodyBytes + 4_096 <= frameBytes, "bodyBytes + 4096 <= frameBytes")
        require(frameBytesBeforeAuthentication <= frameBytes, "frameBytesBeforeAuthentication <= frameBytes")
        // A page may exceed its bytes by one event, and must then still fit into a frame.
        require(
            historyPageBytes + bodyBytes + 4_096 <= frameBytes,
            "historyPageBytes + bodyBytes + 4096 <= frameBytes")
        // A frame of the greatest size must fit into an empty outbox.
        require(frameBytes <= outboxBytes, "frameBytes <= outboxBytes")
        // Below the stall mark a turn's events may come, a page, and the acks of a full window.
        require(
            outboxStallBytes + gatherBytes + pageMostBytes + window * 128 <= outboxBytes,
            "outboxStallBytes + gatherBytes + a page + window * 128 <= outboxBytes")
        require(bodyBytes + 4_096 <= gatherBytes, "bodyBytes + 4096 <= gatherBytes")
        // What a client sends, and what it asks beside that, must fit into its own outbox.
        require(
            max(windowBytes, bodyBytes) + window * 256 <= outboxBytes / 2,
            "windowBytes, bodyBytes, + window * 256 <= outboxBytes / 2")
        require(batchCommands <= sequencerCommands, "batchCommands <= sequencerCommands")
        require(batchBytes <= sequencerBytes, "batchBytes <= sequencerBytes")
        require(frameBytes <= batchBytes, "frameBytes <= batchBytes")
        require(sequencerReserve < sequencerCommands, "sequencerReserve < sequencerCommands")
        require(
            window >= 1 && poolThreads >= 1 && batchCommands >= 1,
            "window, poolThreads and batchCommands >= 1")
        // One turn of the sequencer's may pass the bound, and is all that may.
        require(batchCommands <= auditOutbox, "batchCommands <= auditOutbox")
        require(
            auditCheckpointEntries >= 1 && auditFloods >= 1 && auditPageEntries >= 1,
            "auditCheckpointEntries, auditFloods and auditPageEntries >= 1")
        require(
            auditErasedEntries >= 1 && auditBatchEntries >= 1,
            "auditErasedEntries and auditBatchEntries >= 1")
        // A client that pings at half the idle deadline must not be dropped while it is merely slow.
        require(slowReaderDeadline < idleDeadline, "slowReaderDeadline < idleDeadline")
        require(slowReaderDeadline <= congestionDeadline, "slowReaderDeadline <= congestionDeadline")
        require(frameDeadline < idleDeadline, "frameDeadline < idleDeadline")
        // A client that keeps to the interval is never overdue, not even one that reads as slowly as it may.
        require(
            congestionDeadline + farewellDeadline + slowReaderDeadline < rekeyDeadline,
            "congestionDeadline + farewellDeadline + slowReaderDeadline < rekeyDeadline")
        require(
            rekeyInterval + rekeyInterval / 10 + rekeyDeadline < generationDeadline,
            "rekeyInterval + rekeyInterval / 10 + rekeyDeadline < generationDeadline")
        require(
            rekeysInARow >= 1 && rekeyRefill * rekeysInARow < rekeyInterval,
            "rekeysInARow >= 1, rekeyRefill * rekeysInARow < rekeyInterval")
        require(
            openInviteLeast <= openInviteLifetime && openInviteLifetime <= openInviteMost,
            "openInviteLeast <= openInviteLifetime <= openInviteMost")
        // One piece of housekeeping takes all of them away.
        require(openInvites <= sweepEntries, "openInvites <= sweepEntries")
        require(framesOfAGeneration >= 16, "framesOfAGeneration >= 16")
        require(
            walLeastBytes <= walBytes && diskReserveShare >= 4,
            "walLeastBytes <= walBytes, diskReserveShare >= 4")
        require(
            keyLeastLifetime <= keyLifetime && keyLifetime <= keyLongestLifetime,
            "keyLeastLifetime <= keyLifetime <= keyLongestLifetime")
        require(
            removedEvents >= 1 && removedBytes >= 1 && sendsForgotten >= 1 && retentionTurns >= 1,
            "removedEvents, removedBytes, sendsForgotten and retentionTurns >= 1")
        return found + searchViolations()
    }

    private func searchViolations() -> [String] {
        var found: [String] = []
        func require(_ holds: Bool, _ relation: String) { if !holds { found.append(relation) } }
        require(
            searchTerms >= 1 && searchPageHits >= 1 && searchCandidates >= 1 && searchThreads >= 1
                && searchJobs >= 1,
            "searchTerms, searchPageHits, searchCandidates, searchThreads and searchJobs >= 1")
        // What was found goes the way of a page of history.
        require(searchPageHits <= historyPageEvents, "searchPageHits <= historyPageEvents")
        require(
            indexBatchEvents >= 1 && indexPageEvents >= 1 && indexBatchBytes >= 1,
            "indexBatchEvents, indexPageEvents and indexBatchBytes >= 1")
        return found
    }
}
