import ByteFiles
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One file of a batch.
public struct BatchFile: Sendable {
  /// The input's path.
  public let input: String
  /// The output's path.
  public let output: String
  /// What processes it, shared with other files.
  package let processor: SharedFileProcessor

  /// A file and what processes it.
  package init(input: String, output: String, processor: SharedFileProcessor) {
    self.input = input
    self.output = output
    self.processor = processor
  }
}

/// The result of one file of a batch.
public struct BatchResult: Sendable {
  /// How it ended.
  public enum Outcome: Sendable {
    /// The output was written.
    case processed(ProcessingReport)
    /// The output existed and was kept.
    case skipped
    /// The output was not written.
    case failed(any Error)
  }

  /// The input's path.
  public let input: String
  /// The output's path; nil when it could not be determined.
  public let output: String?
  /// The chain's name; nil when it could not be loaded.
  public let chain: String?
  /// How it ended.
  public let outcome: Outcome

  /// A result.
  public init(input: String, output: String?, chain: String?, outcome: Outcome) {
    self.input = input
    self.output = output
    self.chain = chain
    self.outcome = outcome
  }
}

/// Processes many files through one chain or several, some at a time.
public struct BatchRun: Sendable {
  /// The files, in the order in which they are started.
  public let files: [BatchFile]
  /// Files at a time. The system runs at most as many as it has cores.
  public let jobs: Int
  /// Threads for each file.
  public let threadsPerFile: Int
  /// Whether files whose output exists are skipped. Outputs appear only when complete, so an existing one is whole.
  public let skipsExisting: Bool

  /// - Parameters:
  ///   - files: Keep files of one chain together: it stays in memory only while it is needed.
  ///   - jobs: Files at a time; at most one per thread.
  ///   - threads: Threads for all files together, of which each of the `jobs` gets an equal share. Default: one per job.
  ///   - skipsExisting: Whether files whose output exists are skipped.
  ///   - replacesExisting: Whether the processors replace existing outputs.
  /// - Throws: `ProcessingError` when an output would be written twice, or over an input.
  public init(
    _ files: [BatchFile], jobs: Int, threads: Int? = nil, skipsExisting: Bool = false, replacesExisting: Bool = false
  ) throws(ProcessingError) {
    let sources = Set(files.map { FilePlace.resolved($0.input) })
    var known: [String: BatchFile] = [:]
    for file in files {
      let place = FilePlace.resolved(file.output)
      if let other = known.updateValue(file, forKey: place) {
        guard other.input == file.input, other.processor !== file.processor else {
          throw .collision(output: file.output, first: other.input, second: file.input)
        }
        throw .chainCollision(
          output: file.output, input: file.input, first: other.processor.name, second: file.processor.name)
      }
      guard sources.contains(place) else { continue }
      if replacesExisting, place != FilePlace.resolved(file.input) {
        throw .replacesInput(output: file.output, of: file.input)
      }
      if skipsExisting { throw .countsInput(output: file.output, of: file.input) }
    }
    self.files = files
    let threads = threads ?? jobs
    self.jobs = max(1, min(jobs, files.count, threads))
    threadsPerFile = max(1, threads / self.jobs)
    self.skipsExisting = skipsExisting
  }

  /// A batch of files through one chain.
  ///
  /// The settings' `threads` are for all files together, so `jobs` of them run at once with an equal share each. Where
  /// there are fewer threads than jobs, each job has one.
  /// - Throws: As above.
  public init(_ processor: FileProcessor, files: [(input: String, output: String)], jobs: Int) throws(ProcessingError) {
    let shared = SharedFileProcessor(processor)
    try self.init(
      files.map { BatchFile(input: $0.input, output: $0.output, processor: shared) }, jobs: jobs,
      threads: max(jobs, processor.settings.threads), replacesExisting: processor.settings.replacesExisting)
  }

  /// Processes the files. One that fails does not stop the others.
  ///
  /// - Parameters:
  ///   - progress: Called after every block with the index of the file, from several threads.
  ///   - finished: Called when a file is done, one at a time.
  ///   - cancellation: When true, running files stop and no others are started.
  /// - Returns: The results of all files that were started, in the order of the files.
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
          file.input, to: file.output, threads: threadsPerFile, progress: progress, cancellation: cancellation))
    } catch {
      return .failed(error)
    }
  }
}
