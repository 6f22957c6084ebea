import ArgumentParser
import ConvAudioKit

/// An error that only the command line can find, in one sentence.
struct CommandError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs `body`. An error becomes one sentence on standard error and exit code 1.
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
