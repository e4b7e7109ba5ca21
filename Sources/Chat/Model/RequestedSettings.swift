/// Which settings of a room to change: what is `nil` stays.
struct RequestedSettings {
    let name: String?
    let topic: String?
    let isArchived: Bool?
}
