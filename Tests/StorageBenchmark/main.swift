// How fast the embedded store takes events in, and gives them back, in a folder of the disk in question:
//
//     swift run -c release StorageBenchmark FOLDER [batches] [events a batch] [rooms] [bytes a message]
//
// and the same of the search index, with how long a look into it takes:
//
//     swift run -c release StorageBenchmark search FOLDER [messages] [rooms] [rooms of whoever asks]

import Chat
import Foundation
import Storage

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: StorageBenchmark FOLDER [batches] [events a batch] [rooms] [bytes a message]")
    print("       StorageBenchmark search FOLDER [messages] [rooms] [rooms of whoever asks]")
    exit(2)
}
func number(_ index: Int, or standard: Int) -> Int {
    arguments.count > index ? Int(arguments[index]) ?? standard : standard
}
if arguments[1] == "search", arguments.count > 2 {
    let load = SearchLoad(
        messages: number(3, or: 100_000), rooms: number(4, or: 1_000), ownRooms: number(5, or: 20),
        questions: 500)
    try load.run(path: arguments[2] + "/search-\(UUID().uuidString).db")
    exit(0)
}
let load = BenchmarkLoad(
    batches: number(2, or: 1_000), eventsOfABatch: number(3, or: 256), rooms: number(4, or: 20),
    contentBytes: number(5, or: 120))
try load.run(path: arguments[1] + "/benchmark-\(UUID().uuidString).db")
