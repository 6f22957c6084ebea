import ArgumentParser
import ConvAudioKit

extension BatchResult {
  var isFailure: Bool {
    if case .failure = result { true } else { false }
  }
}

/// Runs `body`; an error becomes its one sentence on standard error and exit code 1.
func exitingOnError(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch {
    printError("\(error)")
    throw ExitCode.failure
  }
}
