import Synchronization

/// A file processor that files of a batch share. It is made when the first of them begins and let go when the last is done:
/// of ten thousand models no more are in memory than are in use.
public final class SharedFileProcessor: Sendable {
  /// What its chain is called.
  public let name: String

  private struct State {
    /// Files that are not done.
    var users = 0
    var made: Result<FileProcessor, any Error>?
  }
  private let make: @Sendable () throws -> FileProcessor
  private let state = Mutex(State())

  /// One that is there.
  public convenience init(_ processor: FileProcessor) {
    self.init(name: processor.preset.name) { processor }
  }

  /// One that `make` gives when it is needed.
  public init(name: String, make: @escaping @Sendable () throws -> FileProcessor) {
    self.name = name
    self.make = make
  }

  /// Counts a file that is going to be processed.
  func expectUser() { state.withLock { $0.users += 1 } }

  /// Takes back one such file; with the last the processor goes.
  func userIsDone() {
    state.withLock { state in
      state.users -= 1
      if state.users <= 0 { state.made = nil }
    }
  }

  /// The processor, made at most once.
  /// - Throws: What making it threw, for every file.
  func get() throws -> FileProcessor {
    try state.withLock { state in
      let made = state.made ?? Result { try make() }
      state.made = made
      return made
    }.get()
  }
}
