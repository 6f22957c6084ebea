import Synchronization

/// A file processor that several files of a batch share. It is made when the first of them starts and released when the
/// last is done, so of ten thousand models only those in use are in memory.
package final class SharedFileProcessor: Sendable {
  /// The name of its chain.
  package let name: String

  private struct State {
    /// Files that are not done yet.
    var users = 0
    var made: Result<FileProcessor, any Error>?
  }
  private let make: @Sendable () throws -> FileProcessor
  private let state = Mutex(State())

  /// Shares an existing processor.
  package convenience init(_ processor: FileProcessor) {
    self.init(name: processor.chain.name) { processor }
  }

  /// Shares the processor that `make` returns, called when it is first needed.
  package init(name: String, make: @escaping @Sendable () throws -> FileProcessor) {
    self.name = name
    self.make = make
  }

  /// Counts a file that will be processed.
  func expectUser() { state.withLock { $0.users += 1 } }

  /// Counts a file as done. After the last one the processor is released.
  func userIsDone() {
    state.withLock { state in
      state.users -= 1
      if state.users <= 0 { state.made = nil }
    }
  }

  /// The processor, made at most once.
  /// - Throws: What `make` threw, for every file.
  func get() throws -> FileProcessor {
    try state.withLock { state in
      let made = state.made ?? Result { try make() }
      state.made = made
      return made
    }.get()
  }
}
