import ByteFiles
import Dispatch
import Signals

extension HopExtraction {
  /// Computes the features of several inputs and delivers their rows in the order of the inputs.
  ///
  /// Files are computed some at a time. The rows, the remarks and the first error are those of one input after another,
  /// which is how they are read where one of them is a pipe.
  ///
  /// - Memory: for each thread its transform, and 8 MB of rows that wait for their turn.
  /// - Parameters:
  ///   - paths: As for `Signal.open`.
  ///   - threads: Inputs at a time.
  ///   - note: As for one input; on this thread, like everything that is called here.
  ///   - progress: Called with an input and its frames so far, for the input whose rows are delivered.
  ///   - cancellation: Asked before every block.
  ///   - body: Gets each row and its input.
  /// - Throws: As for one input; what `body` throws.
  public func run(
    _ paths: [String], threads: Int, note: (String) -> Void = { _ in },
    progress: (String, Int) -> Void = { _, _ in }, cancellation: Cancellation = .never,
    row body: (Row, String) throws -> Void
  ) throws {
    guard threads > 1, paths.count > 1, paths.allSatisfy(Self.isOrdinaryFile) else {
      var rate: Int?
      for path in paths {
        let done = try run(
          path, expectedRateHz: rate, note: note, progress: { progress(path, $0) }, cancellation: cancellation,
          row: { try body($0, path) })
        rate = rate ?? done.sampleRateHz
      }
      return
    }
    try runAhead(paths, threads: threads, note: note, progress: progress, cancellation: cancellation, row: body)
  }

  /// Pipes are read by the thread that a signal interrupts. Anything else than a file gives its error there, too.
  private static func isOrdinaryFile(_ path: String) -> Bool {
    guard path != standardStreamPath else { return false }
    do { return try FileKind.of(path) == nil } catch { return false }
  }

  private func runAhead(
    _ paths: [String], threads: Int, note: (String) -> Void, progress: (String, Int) -> Void,
    cancellation: Cancellation, row body: (Row, String) throws -> Void
  ) throws {
    let threads = max(1, min(threads, paths.count))
    let work = FilesAhead(self, paths, mostAhead: threads, cancellation)
    let helpers = DispatchGroup()
    for _ in 0..<threads {
      DispatchQueue(label: "convaudio.features").async(group: helpers) { work.run() }
    }
    // Whatever happens, nobody works on after this returns.
    defer {
      work.stop()
      helpers.wait()
    }
    var rate: Int?
    for (index, path) in paths.enumerated() {
      var isDone = false
      while !isDone {
        for event in work.takeEvents(of: index) {
          switch event {
          case .opened(let actual):
            if let rate, let actual, actual != rate {
              throw HopInputError.rates(name: path, expected: rate, actual: actual)
            }
            rate = rate ?? actual
          case .note(let sentence): note(sentence)
          case .progress(let frames): progress(path, frames)
          case .row(let names, let values, let time):
            try values.withUnsafeBufferPointer { try body(Row(names: names, values: $0, time: time), path) }
          case .ended: isDone = true
          case .failed(let error): throw error
          }
        }
      }
      work.didDeliver()
    }
  }
}

/// Files whose features are computed ahead of their turn, each as far as its queue has room.
private final class FilesAhead: Sendable {
  /// What happened to a file, in order.
  enum Event {
    case opened(sampleRateHz: Int?)
    case note(String)
    case progress(frames: Int)
    case row(names: [String], values: [Float], time: Double)
    case ended
    case failed(any Error)

    /// About what it takes in a queue.
    var bytes: Int {
      if case .row(_, let values, _) = self { 64 + values.count * MemoryLayout<Float>.stride } else { 64 }
    }
  }

  private struct Queue {
    var events: [Event] = []
    var bytes = 0
  }

  private struct State {
    var queues: [Queue]
    /// Files that have been started, and those whose rows have all been delivered.
    var started = 0
    var delivered = 0
    var isStopped = false
  }

  /// Rows of one file that wait for their turn, in bytes: four minutes of 80 mel bands.
  static let queuedBytes = 8 << 20

  private let extraction: HopExtraction
  private let paths: [String]
  /// Files that are being computed or wait for their turn, at most.
  private let mostAhead: Int
  private let cancellation: Cancellation
  private let state: Monitor<State>

  init(_ extraction: HopExtraction, _ paths: [String], mostAhead: Int, _ cancellation: Cancellation) {
    (self.extraction, self.paths, self.mostAhead, self.cancellation) = (extraction, paths, mostAhead, cancellation)
    state = Monitor(State(queues: paths.map { _ in Queue() }))
  }

  /// Makes all threads leave soon.
  func stop() { state.change { $0.isStopped = true } }

  /// The rows of one more file have been delivered.
  func didDeliver() { state.change { $0.delivered += 1 } }

  /// The events of a file since the last call, at least one; waits for it.
  func takeEvents(of index: Int) -> [Event] {
    state.wait { $0.queues[index].events.isEmpty ? nil : () }
    return state.change { state in
      defer { state.queues[index] = Queue() }
      return state.queues[index].events
    }
  }

  /// Computes one file after another until none is left.
  func run() {
    while let index = nextFile() {
      do {
        try extraction.run(
          paths[index], opened: { self.add(.opened(sampleRateHz: $0), to: index) },
          note: { self.add(.note($0), to: index) }, progress: { self.add(.progress(frames: $0), to: index) },
          cancellation: Cancellation { self.isStopped }
        ) { self.add(.row(names: $0.names, values: Array($0.values), time: $0.time), to: index) }
        add(.ended, to: index)
      } catch {
        add(.failed(error), to: index)
      }
    }
  }

  /// The next file, when not too many wait for their turn; nil: none is left.
  private func nextFile() -> Int? {
    state.wait { state -> Int?? in
      if state.isStopped || state.started == state.queues.count { return .some(nil) }
      guard state.started < state.delivered + self.mostAhead else { return nil }
      state.started += 1
      return state.started - 1
    }
  }

  private var isStopped: Bool { cancellation.isRequested || state.wait { $0.isStopped } }

  /// Adds an event as soon as there is room for it, or at once when everybody is to stop.
  private func add(_ event: Event, to index: Int) {
    state.wait { $0.queues[index].bytes < Self.queuedBytes || $0.isStopped ? () : nil }
    state.change { state in
      state.queues[index].events.append(event)
      state.queues[index].bytes += event.bytes
    }
  }
}
