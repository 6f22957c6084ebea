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

/// Prints what happens: progress on a terminal, one summary line per file, or a JSON report.
final class ReportPrinter: Sendable {
  enum Format { case text, quiet, json }

  private let format: Format
  private let showsProgress: Bool
  private let isOutputTaken: Bool
  private let explains: Bool
  private let clipping: ClippingAdvice
  private let state: Mutex<State>

  private struct State {
    var files: Int
    var lastDrawn: ContinuousClock.Instant
    let start = ContinuousClock.now
    var finished = 0
    var secondsDone: [Int: Double] = [:]
    var hasLine = false
  }

  /// - Parameters:
  ///   - isOutputTaken: Whether audio goes to standard output, so that summaries go to standard error.
  ///   - explains: Whether to print how convolutions are computed.
  ///   - clipping: What helps against clipping.
  init(
    format: Format, files: Int, isOutputTaken: Bool = false, explains: Bool = false,
    clipping: ClippingAdvice = ClippingAdvice()
  ) {
    self.clipping = clipping
    self.explains = explains
    self.isOutputTaken = isOutputTaken
    self.format = format
    showsProgress = format == .text && isatty(STDERR_FILENO) == 1
    state = Mutex(State(files: files, lastDrawn: .now))
  }

  /// Says how many files there are, where it turned out later.
  func expect(files: Int) { state.withLock { $0.files = files } }

  /// Draws the progress line, at most ten times per second.
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
      // The length of files that have not started is unknown, so the share of one file is shown.
      let left = Double(progress.totalFrames - progress.frames) / rate / max(speed, 1e-9)
      let line =
        state.files > 1
        ? "\(state.finished) of \(state.files) files done  \(padded) \(Int(share * 100)) % of file \(index + 1)  \(rounded(speed, 1))× real time"
        : "\(padded) \(Int(share * 100)) %  \(rounded(speed, 1))× real time  \(clock(left)) left"
      writeToStandardError("\r\u{1B}[K" + line)
      state.hasLine = true
    }
  }

  /// Prints the summary, or the error, of one file.
  func finished(_ result: BatchResult) {
    // Under the lock, so that no other file's progress is drawn in between.
    state.withLock { state in
      if state.hasLine { writeToStandardError("\r\u{1B}[K") }
      state.hasLine = false
      state.finished += 1
      switch result.outcome {
      case .failed(let error): printError(sentence(for: error))
      case .skipped: if format == .text { print(result.output.map { "\($0): exists, skipped" } ?? "skipped") }
      case .processed(let report):
        if format == .text { printNotes(of: report) }
        // Damage is never a matter of taste, so also with --quiet.
        if report.clippedSamples > 0 {
          printError(
            "\(report.output): " + clipping.sentence(clipped: report.clippedSamples, peak: report.peak))
        }
        if format == .text { print(summary(of: report)) }
      }
    }
  }

  private func printNotes(of report: ProcessingReport) {
    for note in report.notes { printError("\(report.input): \(note)") }
    if report.nonFiniteInputSamples > 0 {
      let count = report.nonFiniteInputSamples
      printError("\(report.input): \(count == 1 ? "1 sample is" : "\(count) samples are") NaN or infinite.")
    }
    if report.nonFiniteOutputSamples > 0 {
      let count = report.nonFiniteOutputSamples
      let came = count == 1 ? "1 sample came" : "\(count) samples came"
      // One sample of the input can spoil a whole transform, or everything after it in a recurrent model.
      let remedy = report.nonFiniteInputSamples > 0 ? "; --non-finite zero replaces those of the input" : ""
      printError("\(report.output): \(came) out as NaN or infinite\(remedy).")
    }
    if explains { report.explanation.forEach(printError) }
  }

  /// Prints a line where the audio does not go.
  private func print(_ line: String) { printLine(line, isOutputTaken: isOutputTaken) }

  /// Prints the JSON report of a whole run.
  func end(_ results: [BatchResult]) throws {
    guard format == .json else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(results.map { FileEntry($0, explains: explains) })
    writeToStandardOutput(String(decoding: data, as: UTF8.self) + "\n")
  }

  /// Runs `body`. When it throws, no file was processed: the JSON report says so of every input.
  func reportingFailure(of inputs: [String], _ body: () throws -> [BatchResult]) throws -> [BatchResult] {
    do {
      return try body()
    } catch {
      try? end(inputs.map { BatchResult(input: $0, output: nil, chain: nil, outcome: .failed(error)) })
      throw error
    }
  }

  private func summary(of report: ProcessingReport) -> String {
    let peak = report.peak > 0 ? "\(rounded(decibels(report.peak), 1)) dBFS" : "silent"
    let clipped = report.clippedSamples == 1 ? "1 sample" : "\(report.clippedSamples) samples"
    return "\(report.output): \(clock(report.durationSeconds)) in \(rounded(report.elapsedSeconds, 2)) s "
      + "(\(rounded(report.timesRealTime, 1))× real time), peak \(peak), \(clipped) clipped; \(report.format)"
  }
}

extension BatchResult {
  /// Whether the output could not be written.
  var isFailure: Bool {
    if case .failed = outcome { true } else { false }
  }
}

/// One file in the JSON report. A file that failed has `error`. Names of numbers give their units.
private struct FileEntry: Encodable {
  var input: String
  var output: String?
  /// The chain's name.
  var chain: String?
  /// Whether the output existed and was kept.
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

/// A number with this many decimals.
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
