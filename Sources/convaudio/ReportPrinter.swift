import ConvAudioKit
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Prints what happens: a progress line on a terminal, a summary line a file, or a JSON report.
final class ReportPrinter: Sendable {
  enum Format { case text, quiet, json }

  private let format: Format
  private let files: Int
  private let showsProgress: Bool
  private let isOutputTaken: Bool
  private let explains: Bool
  private let state: Mutex<State>

  private struct State {
    var lastDrawn: ContinuousClock.Instant
    let start = ContinuousClock.now
    var finished = 0
    var secondsDone: [Int: Double] = [:]
    var hasLine = false
  }

  /// - Parameters:
  ///   - isOutputTaken: Whether audio goes to standard output, so that our words go to standard error.
  ///   - explains: Whether it is printed how convolutions are computed.
  init(format: Format, files: Int, isOutputTaken: Bool = false, explains: Bool = false) {
    self.explains = explains
    self.isOutputTaken = isOutputTaken
    self.format = format
    self.files = files
    showsProgress = format == .text && isatty(STDERR_FILENO) == 1
    state = Mutex(State(lastDrawn: .now))
  }

  /// Draws the progress line, ten times a second at most.
  func progress(_ index: Int, _ progress: ProcessingProgress) {
    guard showsProgress else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      let rate = Double(progress.sampleRateHz)
      state.secondsDone[index] = Double(progress.frames) / rate
      guard now - state.lastDrawn >= .milliseconds(100) else { return }
      state.lastDrawn = now
      let elapsed = (now - state.start) / .seconds(1)
      let speed = state.secondsDone.values.reduce(0, +) / max(elapsed, 1e-9)
      let share = Double(progress.frames) / Double(max(1, progress.totalFrames))
      let bar = String(repeating: "█", count: Int(share * 24))
      let padded = bar + String(repeating: "·", count: 24 - bar.count)
      // Nobody knows how long files that have not begun are, so that of several only the share of one is told.
      let left = Double(progress.totalFrames - progress.frames) / rate / max(speed, 1e-9)
      let line =
        files > 1
        ? "\(state.finished) of \(files) files done  \(padded) \(Int(share * 100)) % of file \(index + 1)  \(rounded(speed, 1))× real time"
        : "\(padded) \(Int(share * 100)) %  \(rounded(speed, 1))× real time  \(clock(left)) left"
      writeToStandardError("\r\u{1B}[K" + line)
      state.hasLine = true
    }
  }

  /// Prints the summary, or the error, of one file.
  func finished(_ result: BatchResult) {
    // Under the lock, so that no other file's progress comes in between.
    state.withLock { state in
      if state.hasLine { writeToStandardError("\r\u{1B}[K") }
      state.hasLine = false
      state.finished += 1
      switch result.outcome {
      case .failed(let error): printError(sentence(for: error))
      case .skipped: if format == .text { print(result.output.map { "\($0): exists, skipped" } ?? "skipped") }
      case .processed(let report): if format == .text { printSummary(of: report) }
      }
    }
  }

  private func printSummary(of report: ProcessingReport) {
    for note in report.notes { printError("\(report.input): \(note)") }
    if report.nonFiniteInputSamples > 0 {
      printError("\(report.input): \(report.nonFiniteInputSamples) samples are NaN or infinite.")
    }
    if report.nonFiniteOutputSamples > 0 {
      printError("\(report.output): \(report.nonFiniteOutputSamples) samples came out as NaN or infinite.")
    }
    if explains { report.explanation.forEach(printError) }
    print(summary(of: report))
  }

  /// One line where audio does not go.
  private func print(_ line: String) {
    if isOutputTaken {
      writeToStandardError(line + "\n")
    } else {
      writeToStandardOutput(line + "\n")
    }
  }

  /// Prints the JSON report of a whole run.
  /// - Returns: False when it could not be written.
  func end(_ results: [BatchResult]) -> Bool {
    guard format == .json else { return true }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(results.map { FileEntry($0, explains: explains) }) else { return false }
    return writeToStandardOutput(String(decoding: data, as: UTF8.self) + "\n")
  }

  private func summary(of report: ProcessingReport) -> String {
    let peak = report.peak > 0 ? "\(rounded(decibels(report.peak), 1)) dBFS" : "silent"
    let clipped = report.clippedSamples == 1 ? "1 sample" : "\(report.clippedSamples) samples"
    return "\(report.output): \(clock(report.durationSeconds)) in \(rounded(report.elapsedSeconds, 2)) s "
      + "(\(rounded(report.timesRealTime, 1))× real time), peak \(peak), \(clipped) clipped; \(report.format)"
  }
}

/// One file in the JSON report. An output that failed has `error`; numbers are in the units of their names.
private struct FileEntry: Encodable {
  var input: String
  var output: String?
  /// What it goes through.
  var chain: String?
  /// Whether the output was there already.
  var skipped: Bool?
  var error: String?
  var frames: Int64?
  var channels: Int?
  var sampleRateHz: Int?
  var format: String?
  var durationSeconds: Double?
  var elapsedSeconds: Double?
  var timesRealTime: Double?
  var peakDecibels: Double?
  var clippedSamples: Int?
  var nonFiniteInputSamples: Int?
  var nonFiniteOutputSamples: Int?
  var notes: [String]?
  /// With --explain.
  var explanation: [String]?

  init(_ result: BatchResult, explains: Bool) {
    input = result.input
    chain = result.chain
    switch result.outcome {
    case .failed(let failure): error = sentence(for: failure)
    case .skipped:
      output = result.output
      skipped = true
    case .processed(let report):
      output = report.output
      frames = report.frames
      channels = report.channels
      sampleRateHz = report.sampleRateHz
      format = report.format
      durationSeconds = report.durationSeconds
      elapsedSeconds = report.elapsedSeconds
      timesRealTime = report.timesRealTime
      peakDecibels = report.peak > 0 ? decibels(report.peak) : nil
      clippedSamples = report.clippedSamples
      nonFiniteInputSamples = report.nonFiniteInputSamples
      nonFiniteOutputSamples = report.nonFiniteOutputSamples
      notes = report.notes
      if explains { explanation = report.explanation }
    }
  }
}

private func decibels(_ level: Float) -> Double { 20 * log10(Double(level)) }

/// A number with so many decimals.
func rounded(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  let scale = pow(10, Double(decimals))
  let scaled = Int64((abs(value) * scale).rounded())
  let whole = scaled / Int64(scale)
  let fraction = String(scaled % Int64(scale))
  let digits = decimals == 0 ? "" : "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  return (value < 0 && scaled > 0 ? "-" : "") + "\(whole)" + digits
}

/// Seconds as h:mm:ss, or m:ss.
private func clock(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  let total = Int(seconds.rounded())
  let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
  func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
  return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
}
