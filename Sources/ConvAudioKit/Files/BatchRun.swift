import ByteFiles
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One file of a batch: where it comes from, what it goes through, and where it goes.
public struct BatchFile: Sendable {
  public let input: String
  public let output: String
  /// What it goes through, shared with other files.
  public let processor: SharedFileProcessor

  public init(input: String, output: String, processor: SharedFileProcessor) {
    self.input = input
    self.output = output
    self.processor = processor
  }
}

/// What became of one file of a batch.
public struct BatchResult: Sendable {
  public enum Outcome: Sendable {
    /// It was made.
    case processed(ProcessingReport)
    /// It was there already.
    case skipped
    /// It was not made.
    case failed(any Error)
  }

  /// The input's path.
  public let input: String
  /// The output's path; nil where none was found.
  public let output: String?
  /// What it went through, or should have; nil where that was not found.
  public let chain: String?
  public let outcome: Outcome

  public init(input: String, output: String?, chain: String?, outcome: Outcome) {
    self.input = input
    self.output = output
    self.chain = chain
    self.outcome = outcome
  }
}

/// What can be wrong with the names of a batch.
public enum BatchError: Error, Equatable, Sendable {
  /// Two inputs would be written to the same output.
  case collision(output: String, first: String, second: String)
  /// Two chains would write the same output for one input.
  case chainCollision(output: String, input: String, first: String, second: String)
  /// An input stands where the output of a file belongs, and would count as that.
  case countsInput(output: String, of: String)
  /// An input would be replaced by the output of another, before or after it was read.
  case replacesInput(output: String, of: String)
}

extension BatchError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .collision(let output, let first, let second) where first == second:
      "\(output): would be written for \(first) more than once; name it once."
    case .chainCollision(let output, let input, let first, let second) where first == second:
      "\(output): would be written for \(input) through two models called \(first); process them into different folders."
    case .chainCollision(let output, let input, let first, let second):
      "\(output): would be written for \(input) through both \(first) and \(second); put {model} into the name."
    case .countsInput(let output, let input):
      "\(output): is an input, and would count as the output of \(input); leave it out, or write into another folder."
    case .collision(let output, let first, let second):
      "\(output): would be written for both \(first) and \(second); process them into different folders."
    case .replacesInput(let output, let input):
      "\(output): is an input, and would be replaced by the output of \(input); leave one of them out."
    }
  }
}

/// Several files through one chain or several, a few at a time.
public struct BatchRun: Sendable {
  /// In the order in which they are begun.
  public let files: [BatchFile]
  /// Files at a time; the system runs no more than it has cores.
  public let jobs: Int
  /// Whether outputs that exist count as done: they appear only when they are complete.
  public let skipsExisting: Bool

  /// - Parameters:
  ///   - files: Files of one chain stand together, so that it is in memory while it is needed and no longer.
  ///   - replacesExisting: Whether the processors of the files do.
  /// - Throws: `BatchError`.
  public init(
    _ files: [BatchFile], jobs: Int, skipsExisting: Bool = false, replacesExisting: Bool = false
  ) throws(BatchError) {
    let sources = Set(files.map { Self.place(of: $0.input) })
    var known: [String: BatchFile] = [:]
    for file in files {
      let place = Self.place(of: file.output)
      if let other = known.updateValue(file, forKey: place) {
        guard other.input == file.input, other.processor !== file.processor else {
          throw .collision(output: file.output, first: other.input, second: file.input)
        }
        throw .chainCollision(
          output: file.output, input: file.input, first: other.processor.name, second: file.processor.name)
      }
      guard sources.contains(place) else { continue }
      if replacesExisting, place != Self.place(of: file.input) {
        throw .replacesInput(output: file.output, of: file.input)
      }
      if skipsExisting { throw .countsInput(output: file.output, of: file.input) }
    }
    self.files = files
    self.jobs = max(1, min(jobs, files.count))
    self.skipsExisting = skipsExisting
  }

  /// All files through one chain.
  /// - Throws: `BatchError`.
  public init(_ processor: FileProcessor, files: [(input: String, output: String)], jobs: Int) throws(BatchError) {
    let shared = SharedFileProcessor(processor)
    try self.init(
      files.map { BatchFile(input: $0.input, output: $0.output, processor: shared) }, jobs: jobs,
      replacesExisting: processor.settings.replacesExisting)
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
  ///   - cancellation: When true, files that have not begun are left out and the others stop.
  /// - Returns: One result a file that was begun, in the order of the files.
  public func run(
    progress: @escaping @Sendable (Int, ProcessingProgress) -> Void = { _, _ in },
    finished: @escaping @Sendable (BatchResult) -> Void = { _ in },
    cancellation: Cancellation = .never
  ) -> [BatchResult] {
    files.forEach { $0.processor.expectUser() }
    let state = Mutex((next: 0, results: [BatchResult?](repeating: nil, count: files.count)))
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while !cancellation.isRequested {
        let index = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard index < files.count else { return }
        let file = files[index]
        let result = BatchResult(
          input: file.input, output: file.output, chain: file.processor.name,
          outcome: outcome(of: file, progress: { progress(index, $0) }, cancellation: cancellation))
        state.withLock { state in
          state.results[index] = result
          finished(result)
        }
      }
    }
    return state.withLock { $0.results.compactMap { $0 } }
  }

  private func outcome(
    of file: BatchFile, progress: (ProcessingProgress) -> Void, cancellation: Cancellation
  ) -> BatchResult.Outcome {
    defer { file.processor.userIsDone() }
    if skipsExisting, access(file.output, F_OK) == 0 { return .skipped }
    do {
      return .processed(
        try file.processor.get().process(
          file.input, to: file.output, progress: progress, cancellation: cancellation))
    } catch {
      return .failed(error)
    }
  }
}
