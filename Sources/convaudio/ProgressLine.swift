#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A line on standard error that is redrawn at most ten times per second, if standard error is a terminal.
final class ProgressLine {
  private let isShown: Bool
  private var lastDrawn: ContinuousClock.Instant?
  private var hasLine = false

  init(isShown: Bool) { self.isShown = isShown && isatty(STDERR_FILENO) == 1 }

  func draw(_ text: String) {
    guard isShown, lastDrawn.map({ ContinuousClock.now - $0 > .milliseconds(100) }) ?? true else { return }
    lastDrawn = .now
    hasLine = true
    writeToStandardError("\r\u{1B}[K\(text)")
  }

  /// Removes the line.
  func clear() {
    if hasLine { writeToStandardError("\r\u{1B}[K") }
    hasLine = false
  }
}
