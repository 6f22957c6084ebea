import ConvAudioKit
import Foundation
import Loudness
import TestSupport
import Testing

/// Clipping, and outputs at a level.
@Suite struct LevelCommandTests {
  /// A response that makes everything four times as loud, and a tone that is then clipped.
  private func bench() throws -> Bench {
    let bench = try Bench()
    try bench.audio("loud.wav", [[4]], encoding: .float32)
    let tone = (0..<96_000).map { Float(0.45 * sin(2 * Double.pi * 1000 * Double($0) / 48_000)) }
    try bench.audio("in.wav", [tone])
    try bench.audio("silent.wav", [[Float](repeating: 0, count: 1000)])
    return bench
  }

  private func peak(_ bench: Bench, _ name: String) throws -> Float {
    try bench.read(name).samples.map { $0.map(abs).max()! }.max()!
  }

  @Test("Clipping is said, also with --quiet and --json, with the gain that avoids it", arguments: ["--quiet", "--json"])
  func clipping(_ flag: String) throws {
    let bench = try bench()
    let outcome = try bench.program.run("process", "in.wav", "--ir", "loud.wav", "-o", "out.wav", flag, "--no-dither")
    // 20 · log10(1.8) = 5.1 dB
    let pattern = /convaudio: out.wav: (\d+) samples were clipped; --gain-out -5.2 avoids it.\n/
    let found = try #require(try pattern.wholeMatch(in: outcome.errors), "\(outcome.errors)")
    #expect(outcome.status == 0 && Int(found.1)! > 10_000)
    let softer = try bench.program.run(
      "process", "in.wav", "--ir", "loud.wav", "-o", "out.wav", "--force", "--gain-out", "-5.2", "--quiet")
    #expect((softer.status, softer.errors) == (0, ""))
    let more = try bench.program.run(
      "process", "in.wav", "--ir", "loud.wav", "-o", "out.wav", "--force", "--gain-out", "2dB", "--quiet")
    #expect(more.errors.hasSuffix("clipped; --gain-out -5.2 avoids it.\n"))
    let stream = try bench.program.shell(#""$0" stream --ir loud.wav --quiet < in.wav > out.wav"#)
    #expect(stream.errors.hasSuffix("clipped; --gain-out -5.2 avoids it.\n"))
  }

  @Test(
    "The peak is the wanted one, on any number of threads and through a resampled chain",
    arguments: [
      ("--normalize -3", -3.0), ("--normalize=-6dB", -6), ("--normalize", -1), ("--normalize --threads 2", -1),
      ("--normalize -3 --bit-depth float", -3), ("--normalize 0", 0),
    ])
  func peaks(_ arguments: String, _ decibels: Double) throws {
    let bench = try bench()
    let words = ["process", "in.wav", "--ir", "loud.wav", "-o", "out.wav"] + arguments.split(separator: " ").map(String.init)
    let outcome = try bench.program.run(Program.path, words)
    #expect(outcome.status == 0 && outcome.output.contains(" 0 samples clipped"), "\(outcome.output) \(outcome.errors)")
    let level = 20 * log10(Double(try peak(bench, "out.wav")))
    #expect(abs(level - decibels) < 0.01)
    #expect(outcome.errors.contains("convaudio: in.wav: peak 5.1 dBFS, changed by "))
    let last = try bench.program.run("process", "in.wav", "--ir", "loud.wav", "--force", "-o", "last.wav", "--normalize")
    let same = 20 * log10(Double(try peak(bench, "last.wav")))
    #expect(last.status == 0 && abs(same + 1) < 0.01)
  }

  @Test("The loudness is the wanted one, by a meter of its own")
  func loudness() throws {
    let bench = try bench()
    let outcome = try bench.program.run(
      "process", "in.wav", "--ir", "loud.wav", "-o", "out.wav", "--loudness", "-20LUFS", "--bit-depth", "float")
    #expect(outcome.status == 0)
    let meter = try #require(LoudnessMeter(channels: 1, sampleRateHz: 48_000))
    try bench.read("out.wav").samples[0].withUnsafeBufferPointer(meter.add)
    #expect(abs(try #require(meter.integratedLUFS) + 20) < 0.01)
    // A mono sine of 1 kHz at 1.8: 5.1 - 3 LUFS.
    #expect(outcome.errors.contains("convaudio: in.wav: loudness 2.1 LUFS, changed by -22.1 dB.\n"), "\(outcome.errors)")
    let clipped = try bench.program.run(
      "process", "in.wav", "--ir", "loud.wav", "-o", "out.wav", "--force", "--loudness", "-1", "--quiet")
    #expect(clipped.errors.contains("clipped; --loudness -"))
  }

  @Test("Silence stays as it is, and says so")
  func silence() throws {
    let bench = try bench()
    for arguments in [["--normalize", "-1"], ["--loudness", "-14"]] {
      let outcome = try bench.program.run(
        Program.path, ["process", "silent.wav", "--ir", "loud.wav", "-o", "out.wav", "--force", "--no-dither"] + arguments)
      #expect(outcome.status == 0 && outcome.errors.contains("the output is silent, so its level was not changed"))
      #expect(try peak(bench, "out.wav") == 0)
    }
    try bench.audio("short.wav", frames: 1000)
    let short = try bench.program.run("process", "short.wav", "-p", "tiny", "-o", "out.wav", "--force", "--loudness", "-14")
    #expect(short.errors == "convaudio: short.wav: the output is too short or too soft for a loudness, so its level was not changed.\n")
  }

  @Test("No temporary file is left, and a folder that takes none is an error")
  func spool() throws {
    var bench = try bench()
    mkdir(bench.path("spool"), 0o700)
    bench.program.environment["TMPDIR"] = bench.path("spool")
    #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out.wav", "--normalize").status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("spool")) == [])
    bench.program.environment["TMPDIR"] = bench.path("gone")
    let outcome = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "new.wav", "--normalize")
    #expect(outcome.status == 1 && outcome.errors.contains("set $TMPDIR to another folder"))
    #expect(try !bench.files().contains("new.wav"))
  }

  @Test(
    "What cannot be meant",
    arguments: [
      (["--normalize", "1"], "--normalize is 1.0 dB, expected -200 to 0."),
      (["--loudness", "3"], "--loudness is 3.0 LUFS, expected -70 to 0."),
      (["--normalize", "--loudness", "-14"], "--normalize and --loudness cannot be combined."),
      (["--normalize", "--normalize"], "--normalize is given twice, and can be given once."),
    ])
  func misuse(arguments: [String], sentence: String) throws {
    let bench = try bench()
    let outcome = try bench.program.run(Program.path, ["process", "in.wav", "-p", "tiny"] + arguments)
    #expect(outcome.status == 64 && outcome.errors.hasPrefix("Error: \(sentence)"), "\(outcome.errors)")
  }

  @Test("A model without a loudness in its metadata is measured; a gain does not change the result")
  func models() throws {
    let bench = try bench()
    func model(_ name: String, gain: Float) throws {
      let text =
        #"{"version":"0.5.4","architecture":"Linear","sample_rate":48000,"#
        + #""config":{"receptive_field":1,"bias":false},"weights":[\#(gain)]}"#
      try bench.write(name, Data(text.utf8))
    }
    try model("soft.nam", gain: 0.1)
    try model("loud.nam", gain: 3)
    try model("mute.nam", gain: 0)
    for name in ["soft", "loud"] {
      let outcome = try bench.program.run(
        "process", "in.wav", "--model", "\(name).nam", "--normalize-loudness", "-o", "\(name)-out.wav", "--tail", "cut",
        "--bit-depth", "float")
      #expect(outcome.status == 0 && outcome.errors.contains("\(name).nam: has no loudness in its metadata; measured "))
      // The test signal has the loudness that models are brought to, so that this is the input.
      #expect(abs(try peak(bench, "\(name)-out.wav") - 0.45) < 1e-3)
    }
    let mute = try bench.program.run("process", "in.wav", "--model", "mute.nam", "--normalize-loudness")
    #expect(mute.errors.contains("mute.nam: is silent on a test signal, so its level was not changed"))
  }
}
