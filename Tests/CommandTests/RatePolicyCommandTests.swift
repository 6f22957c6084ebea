import ConvAudioKit
import Foundation
import Resampling
import TestSupport
import Testing

/// `process` with files at a sample rate other than the preset's.
@Suite struct RatePolicyCommandTests {
  @Test("A file, a pipe and several files at a time give the same bytes, at the file's rate, and a line says so")
  func resample() throws {
    let bench = try Bench()
    for name in ["a.wav", "b.wav", "c.wav"] { try bench.audio(name, channels: 2, frames: 5000, sampleRateHz: 44_100) }
    let outcome = try bench.program.run("process", "a.wav", "-p", "tiny")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "convaudio: a.wav: resampled 44100 → 48000 → 44100 Hz.\n")
    let (info, samples) = try bench.read("a.tiny.wav")
    #expect((info.sampleRateHz, info.channels, samples[0].count) == (44_100, 2, 5000))
    let bytes = try bench.bytes("a.tiny.wav")
    #expect(try bench.program.shell(#"cat a.wav | "$0" process - -p tiny > piped.wav"#).status == 0)
    #expect(try bench.bytes("piped.wav") == bytes)
    #expect(
      try bench.program.run("process", "a.wav", "b.wav", "c.wav", "-p", "tiny", "-o", "out", "--jobs", "3").status == 0)
    for name in ["a", "b", "c"] { #expect(try bench.bytes("out/\(name).tiny.wav") == bytes) }
    let report = try bench.program.run("process", "a.wav", "-p", "tiny", "--json", "--force")
    #expect(report.output.contains(#""resampled 44100 → 48000 → 44100 Hz""#) && report.errors == "")
  }

  @Test("--rate-policy refuse is one sentence and exit 1, and leaves nothing")
  func refuse() throws {
    let bench = try Bench()
    try bench.audio("44.wav", sampleRateHz: 44_100)
    let outcome = try bench.program.run("process", "44.wav", "-p", "tiny", "--rate-policy", "refuse")
    #expect((outcome.status, outcome.output) == (1, ""))
    #expect(
      outcome.errors
        == "convaudio: 44.wav: has a sample rate of 44100 Hz, but preset tiny was made for 48000 Hz; use --rate-policy resample to convert it there and back.\n"
    )
    #expect(try bench.files() == ["44.wav"])
    #expect(try bench.program.run("process", "44.wav", "-p", "empty", "--rate-policy", "refuse").status == 0)
  }
}
