package import Chat

extension RefusalCode {
    /// What it means, in plain words.
    package var words: String {
        switch self {
        case .unknownRequest: "the server does not know this request"
        case .invalidArgument: "something in the request is not what it must be"
        case .tooLarge: "it is too long"
        case .invalidName: "that is no name"
        case .invalidBody: "a message must have a text"
        case .forbidden: "your role does not allow it"
        case .unknownRoom: "there is no such room, or it is not for you"
        case .unknownPerson: "there is no such person"
        case .notAMember: "only members of the room may"
        case .wrongCredentials: "the name, the password, the token or the invitation is wrong"
        case .disabled: "this account is disabled"
        case .notSubscribed: "this room is not being followed"
        case .unknownSession: "there is no such session"
        case .unknownEvent: "there is no such message in this room"
        case .deleted: "the message was deleted"
        case .unknownInvite: "there is no such invitation: it was used up, has expired or was taken back"
        case .notLinked: "the provider vouches for you, but nobody here is you; an administrator can link you"
        case .unknownProvider: "the server knows no such identity provider"
        case .providerUnavailable: "the identity provider does not answer the server as it must"
        case .secondFactorRequired: "a code of your second factor is needed"
        case .wrongCode: "the code is wrong, was used or has expired"
        case .noSecondFactor: "there is no second factor"
        case .outOfScope: "the key was not made for this"
        case .secondFactorExists: "there is a second factor already: remove it first"
        case .nameTaken: "that name is taken"
        case .idReused: "another message has the same id"
        case .alreadyMember: "the person is a member already"
        case .lastOwner: "a room must keep an owner: make somebody else one first"
        case .archived: "the room is archived"
        case .tooMany: "there are as many as there may be"
        case .alreadySubscribed: "this room is followed already"
        case .historyChanged: "the server's history has changed"
        case .busy: "the server is busy; try again"
        case .unknownOutcome: "whether it was done is not known"
        case .storageFull: "the server's disk is full"
        case .draining: "the server is stopping"
        case .auditUnavailable: "what must be recorded cannot be: the audit log cannot be written"
        case .rateLimited: "too much in too short a time"
        case .storageLow: "the server's disk is nearly full: nothing new is begun"
        case .storageDamaged: "the server's history is damaged, and is only read"
        }
    }
}
