import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One file of a batch and what became of it.
public struct BatchResult: Sendable {
  /// The input's path.
  public let input: String
  /// The report, or the error.
  public let result: Result<ProcessingReport, any Error>

  /// What became of the file `input`.
  public init(input: String, result: Result<ProcessingReport, any Error>) {
    self.input = input
    self.result = result
  }
}

/// What can be wrong with the names of a batch.
public enum BatchError: Error, Equatable, Sendable {
  /// Two inputs would be written to the same output.
  case collision(output: String, first: String, second: String)
  /// An input would be replaced by the output of another, before or after it was read.
  case replacesInput(output: String, of: String)
}

extension BatchError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .collision(let output, let first, let second):
      "\(output): would be written for both \(first) and \(second); process them into different folders."
    case .replacesInput(let output, let input):
      "\(output): is an input, and would be replaced by the output of \(input); leave one of them out."
    }
  }
}

/// Several files through one preset, a few at a time.
public struct BatchRun: Sendable {
  /// What every file goes through.
  public let processor: FileProcessor
  /// Inputs and outputs.
  public let files: [(input: String, output: String)]
  /// Files at a time; the system runs no more than it has cores.
  public let jobs: Int

  /// - Throws: `BatchError`.
  public init(_ processor: FileProcessor, files: [(input: String, output: String)], jobs: Int) throws(BatchError) {
    let sources = Set(files.map { Self.place(of: $0.input) })
    var inputs: [String: String] = [:]
    for (input, output) in files {
      let place = Self.place(of: output)
      if let other = inputs.updateValue(input, forKey: place) {
        throw .collision(output: output, first: other, second: input)
      }
      if processor.settings.replacesExisting, sources.contains(place), place != Self.place(of: input) {
        throw .replacesInput(output: output, of: input)
      }
    }
    self.processor = processor
    self.files = files
    self.jobs = max(1, min(jobs, files.count))
  }

  /// The same for all spellings of a file's path, `./a.wav` and `a.wav`, whether the file is there or not.
  private static func place(of path: String) -> String {
    let slash = path.lastIndex(of: "/")
    guard let folder = realpath(slash.map { String(path[...$0]) } ?? ".", nil) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + (slash.map { path[path.index(after: $0)...] } ?? path[...])
  }

  /// Processes the files; one that fails does not stop the others.
  ///
  /// - Parameters:
  ///   - progress: Called after every block with the index of the file, from several threads.
  ///   - finished: Called when a file is done, in the order in which they end, never twice at a time.
  ///   - isCancelled: When true, files that have not begun are left out and the others stop.
  /// - Returns: One result a file that was begun, in the order of the files.
  public func run(
    progress: @escaping @Sendable (Int, ProcessingProgress) -> Void = { _, _ in },
    finished: @escaping @Sendable (BatchResult) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> [BatchResult] {
    let state = Mutex((next: 0, results: [BatchResult?](repeating: nil, count: files.count)))
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while !isCancelled() {
        let index = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard index < files.count else { return }
        let (input, output) = files[index]
        let result = BatchResult(
          input: input,
          result: Result {
            try processor.process(input, to: output, progress: { progress(index, $0) }, isCancelled: isCancelled)
          })
        state.withLock { state in
          state.results[index] = result
          finished(result)
        }
      }
    }
    return state.withLock { $0.results.compactMap { $0 } }
  }
}
