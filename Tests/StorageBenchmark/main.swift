// How fast the embedded store takes events in, and gives them back, in a folder of the disk in question:
//
//     swift run -c release StorageBenchmark FOLDER [batches] [events a batch] [rooms] [bytes a message]

import Chat
import Foundation
import Storage

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: StorageBenchmark FOLDER [batches] [events a batch] [rooms] [bytes a message]")
    exit(2)
}
func number(_ index: Int, or standard: Int) -> Int {
    arguments.count > index ? Int(arguments[index]) ?? standard : standard
}
let load = BenchmarkLoad(
    batches: number(2, or: 1_000), eventsOfABatch: number(3, or: 256), rooms: number(4, or: 20),
    contentBytes: number(5, or: 120))
try load.run(path: arguments[1] + "/benchmark-\(UUID().uuidString).db")
