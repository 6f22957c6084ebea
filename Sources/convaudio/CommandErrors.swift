import ArgumentParser
import ConvAudioKit

extension BatchResult {
  var isFailure: Bool {
    if case .failed = outcome { true } else { false }
  }
}

/// What only the command line can find wrong, in a sentence.
struct CommandError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs `body`; an error becomes its one sentence on standard error and exit code 1.
func exitingOnError(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch {
    printError(sentence(for: error))
    throw ExitCode.failure
  }
}
