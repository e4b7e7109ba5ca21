package import Chat

/// Has people's deletion carried out. On the thread of administration.
package struct DeletionDesk {
    /// Does some or all of what is left; why it has not come to its end, where something is in the way.
    let pursue: (PersonID) -> String?

    package init(pursue: @escaping (PersonID) -> String?) { self.pursue = pursue }
}
