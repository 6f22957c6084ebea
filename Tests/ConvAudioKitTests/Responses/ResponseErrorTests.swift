import Foundation
import ModelFormats
import TestSupport
import Testing

@testable import ConvAudioKit

/// Impulse responses, plans and settings that cannot be used.
@Suite struct ResponseErrorTests {
  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  private func refusal(
    of preset: Chain, channels: Int = 1, rate: Int = 48_000, _ change: (inout ChainSettings) -> Void = { _ in }
  ) -> String {
    refusal {
      var settings = ChainSettings()
      change(&settings)
      _ = try preset.prepare(channels: channels, sampleRateHz: rate, settings: settings)
    }
  }

  static let plans: [(String, String)] = [
    ("nonsense", #"ir.wav: the plan "nonsense" has no number after "grain" as word 1."#),
    ("", #"ir.wav: the plan "" has no number after "grain" as word 1."#),
    ("grain 1 latency 0 direct 299", "ir.wav: the plan covers 299 frames of impulse response, expected at least 300."),
    (
      "grain 64 latency 0 direct 0 partitions 5x64",
      #"ir.wav: the plan "grain 64 latency 0 direct 0 partitions 5x64" has a grain of 64, expected 1, because presets take any block."#
    ),
    (
      "grain 1 latency 1048577 direct 300",
      "ir.wav: the latency of the plan in frames is 1048577, expected 0 to 1048576."
    ),
    (
      "grain 1 latency 0 direct 0 partitions 5x64",
      "ir.wav: level 0 is heard from tap 0 with a latency of 0, before its input of 64 frames is complete."
    ),
    (
      "grain 1 latency 64 direct 0 partitions 5x65",
      "ir.wav: level 0 has partitions of 65 frames, expected a power of two from 32 to 131072."
    ),
    ("grain 1 latency 131072 direct 0 partitions 2048x131072", "ir.wav: the convolution needs "),
    (
      "grain 1 latency 0 direct 300 partitions 99999999999999999999x64",
      #"ir.wav: "99999999999999999999x64" in the plan"#
    ),
  ]

  @Test("Plans that are nonsense, too short, too large or need a grain", arguments: plans)
  func plan(_ text: String, _ sentence: String) {
    let actual = refusal(of: chain(responses(1, frames: 300)) { $0.plan = text }) { $0.maximumMemoryBytes = 1 << 30 }
    #expect(actual.hasPrefix(sentence), "\(actual)")
  }

  @Test("A plan that is pinned is used, and its text says so; a latency that is asked for goes before it")
  func pinned() throws {
    let text = "grain 1 latency 0 direct 128 partitions 3x64"
    let preset = chain(responses(1, frames: 300)) { $0.plan = text }
    for latency in [ConvolutionLatency.lowest, .cheapest] {
      var settings = ChainSettings()
      settings.latency = latency
      #expect(try preset.prepare(settings: settings).explanation[0].hasPrefix("ir.wav: \(text); "))
    }
    #expect(try preset.makeProcessor().latencyFrames == 0)
    var settings = ChainSettings()
    settings.latency = .frames(77)
    #expect(try preset.prepare(settings: settings).processor.latencyFrames == 77)
  }

  @Test("Memory is known beforehand and bounded: plan, dry signal, resampling")
  func memory() throws {
    let preset = chain(responses(2, frames: 50_000))
    var settings = ChainSettings()
    let bytes = try preset.prepare(channels: 2, settings: settings).memoryBytes
    #expect(bytes > 2 * 50_000 * 8)
    settings.maximumMemoryBytes = bytes
    _ = try preset.prepare(channels: 2, settings: settings)
    let sentence = "ir.wav: the convolution needs \(bytes) bytes of memory, more than the limit of \(bytes - 1)."
    #expect(refusal(of: preset, channels: 2) { $0.maximumMemoryBytes = bytes - 1 } == sentence)

    // Two of them together stay within the limit, too.
    let twice = try preset.followed(
      by: Chain(
        ResponseStage(
          ImpulseResponse(path: "second.wav", sampleRateHz: 48_000, channels: responses(2, frames: 50_000)),
          ConvolutionDescription(responsePath: "second.wav"))))
    #expect(refusal(of: twice, channels: 2) { $0.maximumMemoryBytes = 2 * bytes } == "accepted")
    #expect(
      refusal(of: twice, channels: 2) { $0.maximumMemoryBytes = 2 * bytes - 1 }
        == "second.wav: the convolution needs \(bytes) bytes of memory, more than the limit of \(bytes - 1).")

    settings.latency = .frames(1 << 18)
    settings.maximumMemoryBytes = 4 << 30
    let wet = try preset.prepare(channels: 2, settings: settings).memoryBytes
    let mixed = try chain(responses(2, frames: 50_000)) { $0.mix = 0.5 }
      .prepare(channels: 2, settings: settings).memoryBytes
    #expect(mixed - wet == 2 * 4 * (1 << 18))

    // The convolution itself would take less than half of this.
    let resampling = refusal(of: chain([Signals.noise(frames: 100_000)], rate: 44_100)) {
      $0.maximumMemoryBytes = 2_500_000
    }
    #expect(resampling == "ir.wav: the convolution needs 2976880 bytes of memory, more than the limit of 2500000.")
  }

  @Test("Latencies and rates out of reach, and a mix of what does not fit")
  func settings() {
    let preset = chain(responses(1))
    #expect(
      refusal(of: preset) { $0.latency = .frames(-1) }
        == "ir.wav: the latency in frames is -1, expected 0 to 1048576.")
    #expect(
      refusal(of: preset) { $0.latency = .frames(1 << 28) }
        == "ir.wav: the latency in frames is 268435456, expected 0 to 1048576.")
    #expect(
      refusal(of: preset, rate: 40)
        == "ir.wav: cannot be resampled to the signal's rate: 48000 Hz cannot be converted to 40 Hz, expected rates that "
        + "differ by a factor of at most 1024.")
    let matrix = chain(responses(6)) { ($0.routing, $0.mix) = (.named(.matrix), 0.5) }
    #expect(
      refusal(of: matrix, channels: 2)
        == "ir.wav: has 6 channels and the signal has 2, but a mix takes as many outputs as inputs, or one input.")
  }

  @Test("Files that are empty, not finite, or longer than may be read")
  func files() throws {
    let folder = try AudioFolder()
    try folder.write("empty.wav", [[]])
    try folder.write("nan.wav", [[0, 0, 0], [0, 1, .nan]])
    try folder.write("long.wav", responses(2))
    func refusal(_ name: String, maximumBytes: Int = 1 << 20) -> String {
      self.refusal { _ = try ImpulseResponse(path: folder.path(name), maximumBytes: maximumBytes) }
        .replacingOccurrences(of: folder.directory.path + "/", with: "")
    }
    #expect(refusal("empty.wav") == "empty.wav: is empty, expected an impulse response.")
    #expect(refusal("nan.wav") == "nan.wav: the impulse response is NaN or infinite at frame 2.")
    #expect(refusal("long.wav", maximumBytes: 1200) == "accepted")
    #expect(
      refusal("long.wav", maximumBytes: 1199)
        == "long.wav: the impulse response is 150 frames long, expected at most 149.")
    #expect(refusal("gone.wav").hasPrefix("gone.wav: cannot be read"))
  }

  @Test("Errors of a preset's convolution give file and reason when it is loaded, run or described")
  func presets() throws {
    let folder = try AudioFolder()
    try folder.write("ir.wav", responses(2))
    try Data("RIFF".utf8).write(to: folder.directory.file("corrupt.wav"))
    func refusal(_ stage: String) -> String {
      self.refusal {
        let json = #"""
          {"format": "convaudio-preset", "version": 1, "name": "p", "description": "", "stages": [
           {"type": "convolution", \#(stage)}]}
          """#
        try Data(json.utf8).write(to: folder.directory.file("p.json"))
        _ = try ChainSummary(of: Chain(preset: folder.path("p.json")))
      }.replacingOccurrences(of: folder.directory.path + "/", with: "")
    }
    #expect(refusal(#""response": "ir.wav""#) == "accepted")
    #expect(refusal(#""response": "gone.wav""#).hasPrefix("gone.wav: cannot be read: No such file"))
    #expect(refusal(#""response": "corrupt.wav""#).hasPrefix("corrupt.wav: is not readable audio"))
    #expect(
      refusal(#""response": "../ir.wav""#)
        == #"p.json: stages[0].response should be a relative path within the preset's folder, but is "../ir.wav""#)
    #expect(refusal(#""response": "ir.wav", "channels": "true-stereo""#).contains("true-stereo takes four responses"))
    #expect(refusal(#""response": "ir.wav", "plan": "all""#).hasPrefix(#"ir.wav: the plan "all" has no number"#))
    #expect(
      refusal(
        #""response": "ir.wav", "inputChannels": 1, "outputChannels": 1, "paths": [{"input": 0, "output": 0, "response": 5}]"#
      ) == "ir.wav: paths[0] names response 5, but the file has 2 channels, counted from 0.")
  }
}
