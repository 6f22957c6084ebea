import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// One signal as a file, through a pipe and through a FIFO, for the commands that take signals.
@Suite struct SignalCommandTests {
  private let bench: Bench
  /// Of each kind of input the words that it needs.
  private static let inputs: [(file: String, words: [String])] = [
    ("in.wav", []), ("in.flac", []), ("in.ndjson", ["--rate", "16000"]),
    ("in.csv", ["--rate", "16000", "--input-format", "csv"]),
    ("in.raw", ["--rate", "16000", "--input-format", "f32le", "--channels", "2"]),
  ]

  init() throws {
    bench = try Bench()
    // Numbers of 16 bits, which every format holds.
    let samples = Signals.noise(channels: 2, frames: 4000, seed: 3).map { $0.map { ($0 * 32_768).rounded() / 32_768 } }
    for name in ["in.wav", "in.flac"] { try bench.audio(name, samples, sampleRateHz: 16_000) }
    let rows = (0..<4000).map { frame in samples.map { $0[frame] } }
    let raw = rows.joined().flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
    try bench.write("in.raw", Data(raw))
    func text(_ name: String, _ line: ([Float]) -> String) throws {
      try bench.write(name, Data(rows.map { line($0) + "\n" }.joined().utf8))
    }
    try text("in.csv") { $0.map { "\($0)" }.joined(separator: ",") }
    try text("in.ndjson") { "[" + $0.map { "\($0)" }.joined(separator: ",") + "]" }
  }

  @Test(
    "Every input gives the same rows, as a file, through a pipe and through a FIFO",
    arguments: [
      ["--transform", "statistics"], ["--transform", "mel", "--mono"], ["--params", "p", "--window", "500"],
      ["--params", "p"],
    ])
  func features(_ words: [String]) throws {
    let fit = ["features", "in.wav", "--transform", "minirocket", "--features", "84", "--fit", "p", "-o", "fit.npy"]
    #expect(try bench.program.run(Program.path, fit).status == 0)
    let expected = try bench.program.run(Program.path, ["features", "in.wav", "-o", "-"] + words)
    #expect((expected.status, expected.errors) == (0, "") && expected.output.count > 100)
    for (file, own) in Thoroughness.cases(of: Self.inputs, quick: 3) {
      for script in [
        #""$0" features \#(file) -o - "$@""#, #"cat \#(file) | "$0" features - -o - "$@""#,
        #"mkfifo f; cat \#(file) > f & "$0" features f -o - "$@"; status=$?; rm f; exit $status"#,
      ] {
        let outcome = try bench.program.shell(script, words + own)
        #expect((outcome.status, outcome.errors) == (0, ""), "\(file): \(script)")
        #expect(outcome.output == expected.output, "\(file): \(script)")
      }
    }
  }

  @Test("--rate resamples recordings in every form, and is refused where it cannot apply")
  func rates() throws {
    let fit = ["features", "in.wav", "--rate", "8000", "--transform", "minirocket", "--features", "84", "--fit", "p"]
    let fitted = try bench.program.run(Program.path, fit + ["-o", "whole.npy"])
    #expect((fitted.status, fitted.errors) == (0, "convaudio: in.wav: resampled 16000 → 8000 Hz.\n"))
    let whole = try NumPyArray(contentsOf: bench.path("whole.npy"))
    for (words, output) in [(["--window", "2000"], "window.npy"), ([], "series.npy")] {
      let outcome = try bench.program.run(
        Program.path, ["features", "in.flac", "--rate", "8000", "--params", "p", "-o", output] + words)
      #expect((outcome.status, outcome.errors) == (0, "convaudio: in.flac: resampled 16000 → 8000 Hz.\n"))
      #expect(try NumPyArray(contentsOf: bench.path(output)) == whole)
    }
    for (script, sentence) in [
      (#""$0" features in.csv "$@""#, "in.csv: holds series, which have no sample rate"),
      (#"cat in.csv | "$0" features - "$@""#, "standard input: holds series, which have no sample rate"),
      (#"cat in.wav | "$0" features - "$@""#, "standard input: the WAV header gives 16000 Hz, expected 8000 Hz"),
    ] {
      let outcome = try bench.program.shell(script, "--rate", "8000", "--params", "p", "-o", "x.npy")
      #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome.errors)")
      #expect(outcome.errors.contains("leave --rate"), "\(outcome.errors)")
    }
  }

  @Test("NaN in a recording is counted, replaced or refused in every form")
  func gaps() throws {
    var samples = Signals.noise(channels: 1, frames: 3000, seed: 8)
    samples[0][1000] = .nan
    try bench.audio("gap.wav", samples, encoding: .float32, sampleRateHz: 16_000)
    samples[0][1000] = samples[0][999]
    try bench.audio("held.wav", samples, encoding: .float32, sampleRateHz: 16_000)
    let fit = ["features", "held.wav", "--transform", "minirocket", "--features", "84", "--fit", "p", "-o", "f.npy"]
    #expect(try bench.program.run(Program.path, fit).status == 0)
    for words in [["--transform", "statistics"], ["--params", "p", "--window", "600"], ["--params", "p"]] {
      func run(_ file: String, _ more: String...) throws -> Outcome {
        try bench.program.run(Program.path, ["features", file, "-o", "-"] + words + more)
      }
      let held = try run("gap.wav", "--missing", "hold")
      #expect(try held.status == 0 && held.output == run("held.wav").output, "\(words): \(held.errors)")
      let refused = try run("gap.wav", "--non-finite", "error")
      #expect(refused.status == 1)
      #expect(
        refused.errors.contains("gap.wav: has a sample that is NaN or infinite at frame 1000"), "\(refused.errors)")
      #expect(try run("gap.wav", "--non-finite", "zero").status == 0)
    }
    let kept = try bench.program.run("features", "gap.wav", "--transform", "statistics", "-o", "-")
    #expect((kept.status, kept.errors) == (0, "convaudio: gap.wav: 1 sample was NaN or infinite.\n"))
  }

  @Test("A FIFO is processed as the file")
  func processed() throws {
    #expect(try bench.program.run("process", "in.wav", "-p", "empty", "-o", "a.wav").status == 0)
    let outcome = try bench.program.shell(
      #"mkfifo f; cat in.wav > f & "$0" process f -p empty -o b.wav; status=$?; rm f; exit $status"#)
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(try bench.bytes("a.wav") == bench.bytes("b.wav"))
  }
}
