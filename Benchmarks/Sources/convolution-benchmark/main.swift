// Measures convolutions of one, two and three axes, each compared with its bound: the multiply-adds inside the input at
// the peak rate measured in the same run, or the bytes of input, output and weights at the bandwidth of a copy that
// touches as much memory. One thread; plans are made once. Pin it to a core:
//
//     taskset -c 0 swift run -c release convolution-benchmark [--rows SUBSTRING] [--rounds N] [--json] [--explain]
//
// `--threads N` compares N threads with one, in turns; pin it to N cores.
//
// `--turns` is for comparisons: reads row numbers from standard input, one per line, measures each immediately, and
// answers with the best and the median seconds per execution.

import ConvAudioKit
import Foundation

struct Options {
  var rows = ""
  var rounds = 7
  var isJSON = false
  var isExplaining = false
  var takesTurns = false
  var threads = 1

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func value(of option: String) throws -> String {
      guard let value = rest.popFirst() else { throw UsageError(text: "\(option) needs a value") }
      return value
    }
    func count(of option: String) throws -> Int {
      guard let count = Int(try value(of: option)), count > 0 else {
        throw UsageError(text: "\(option) needs a number above 0")
      }
      return count
    }
    while let option = rest.popFirst() {
      switch option {
      case "--rows": rows = try value(of: option)
      case "--rounds": rounds = try count(of: option)
      case "--threads": threads = try count(of: option)
      case "--json": isJSON = true
      case "--explain": isExplaining = true
      case "--turns": takesTurns = true
      default: throw UsageError(text: "unknown option \(option)")
      }
    }
  }
}

struct UsageError: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}

struct WrongResult: Error, CustomStringConvertible {
  let row: Row
  let error: Double
  var description: String { "\(row.name): wrong by \(error) times the error bound" }
}

struct Run: Encodable {
  let level: String
  let peakGigaflops: Double
  let rows: [Report]
}

let turnSeconds = 0.04

/// Each row on one thread and on several, in turns, in every round.
func compareThreads(_ rows: [Row], threads: Int, rounds: Int) throws {
  print("| row | ms, 1 thread | ms, \(threads) threads | times as fast |\n| --- | ---: | ---: | ---: |")
  for row in rows {
    let pair = try [1, threads].map { try Subject(row, threads: $0) }
    for subject in pair {
      let error = try subject.check()
      guard error <= 1 else { throw WrongResult(row: row, error: error) }
    }
    for _ in 0..<rounds {
      for subject in pair { try subject.measure(seconds: turnSeconds) }
    }
    let best = pair.map { 1e3 * $0.seconds.min()! }
    print("| \(row.name) | \(decimal(best[0], 5)) | \(decimal(best[1], 5)) | \(decimal(best[0] / best[1], 2)) |")
  }
}

func benchmark() throws {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  let rows = Row.all.filter { options.rows.isEmpty || $0.name.contains(options.rows) }
  guard !rows.isEmpty else { throw UsageError(text: "no row contains \"\(options.rows)\"") }
  let level = KernelLevel.selected
  if options.threads > 1 {
    guard !options.isJSON, !options.isExplaining, !options.takesTurns else {
      throw UsageError(text: "--threads can only be combined with --rows and --rounds")
    }
    try compareThreads(rows, threads: options.threads, rounds: options.rounds)
    return
  }
  let subjects = try rows.map { try Subject($0) }
  for subject in subjects {
    let error = try subject.check()
    guard error <= 1 else { throw WrongResult(row: subject.row, error: error) }
  }
  if options.takesTurns {
    while let line = readLine() {
      guard let index = Int(line), subjects.indices.contains(index) else { throw UsageError(text: "no row \(line)") }
      let times = try subjects[index].measure(seconds: turnSeconds)
      print(times.min()!, median(times))
      fflush(nil)
    }
    return
  }

  // All rows take turns in every round, so that a change in the machine's speed affects all of them.
  var peak = 0.0
  for _ in 0..<options.rounds {
    peak = max(peak, level.multiplyAddPeak(seconds: 0.02))
    for subject in subjects {
      subject.measureCopy(seconds: 0.004)
      try subject.measure(seconds: turnSeconds)
    }
  }
  let reports = subjects.map { Report($0, peak: peak) }
  if options.isJSON {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let run = Run(level: level.name, peakGigaflops: peak / 1e9, rows: reports)
    print(String(decoding: try encoder.encode(run), as: UTF8.self))
    return
  }
  print("\(level.name), one thread; multiply-add peak of this run: \(decimal(peak / 1e9, 1)) GFLOP/s\n")
  print(Report.header)
  for (report, subject) in zip(reports, subjects) {
    print(report.line)
    if options.isExplaining { for line in subject.plan.explanation { print("    \(line)") } }
  }
}

do {
  try benchmark()
} catch {
  FileHandle.standardError.write(Data("convolution-benchmark: \(error)\n".utf8))
  exit(1)
}
