import ConvAudioKit
import Foundation
import Resampling
import TestSupport
import Testing

/// Every kind of input through every consumer, file by file, through a FIFO and through standard input.
@Suite(.serialized) struct EveryInputTests {
  /// A kind of input: a file, and what a user says about it.
  struct Kind: CustomTestStringConvertible, Sendable {
    let file: String
    var format: SignalFormat?
    /// What consumers say that cannot take it, without its name.
    var refusals: [String: String] = [:]
    var testDescription: String { file + (format.map { " as \($0.rawValue)" } ?? "") }
  }

  private static let noAudio = "is not readable audio"
  private static let kinds = [
    Kind(file: "in.wav"),
    Kind(file: "set/kick/take.wav"),
    Kind(file: "in.wav", format: .wav),
    Kind(file: "in.flac", refusals: ["stream": "is FLAC, expected WAV or raw samples"]),
    Kind(file: "in.raw", format: .s16le, refusals: ["process": noAudio]),
    Kind(file: "in.csv", format: .csv, refusals: ["process": noAudio]),
    Kind(file: "in.ndjson", format: .ndjson, refusals: ["process": noAudio]),
    Kind(file: "in.ndjson", refusals: ["process": noAudio, "stream": "is not recognised by its first bytes"]),
    // Without --input-format a CSV file holds one series per line.
    Kind(
      file: "in.csv",
      refusals: [
        "process": noAudio, "stream": "is not recognised by its first bytes", "series": "one series per line",
      ]),
    // An array of one case is one series; nothing says that its numbers are frames.
    Kind(
      file: "in.npy",
      refusals: [
        "process": noAudio, "stream": "is a NumPy array, expected WAV or raw samples",
        "hops": "is a NumPy array, expected a recording", "windows": "is a NumPy array, expected a recording",
      ]),
  ]

  private func settings(_ kind: Kind, _ inputs: Inputs) -> SignalSettings {
    var settings = SignalSettings()
    settings.format = kind.format
    if kind.file == "in.raw" { (settings.sampleRateHz, settings.channels) = (inputs.sampleRateHz, inputs.channels) }
    return settings
  }

  @Test("The frames of the input, bit for bit, or a sentence", arguments: kinds)
  func table(_ kind: Kind) throws {
    let inputs = try Inputs()
    let settings = settings(kind, inputs)
    for consumer in Consumer.allCases {
      func check(_ place: String, _ path: String) {
        do {
          let frames = try consumer.frames(of: path, settings, folder: inputs.folder.path)
          if kind.refusals[consumer.rawValue] == "one series per line" {
            // The first number of each line is its label.
            let second = stride(from: 1, to: inputs.frames.count, by: 2).map { inputs.frames[$0] }
            #expect(difference(second, frames) == nil, "\(consumer) of \(place)")
          } else {
            #expect(kind.refusals[consumer.rawValue] == nil, "\(consumer) of \(place) gave frames")
            let difference = difference(inputs.frames, frames)
            #expect(difference == nil, "\(consumer) of \(place): \(difference ?? "")")
          }
        } catch {
          let expected = kind.refusals[consumer.rawValue]
          #expect(expected.map { "\(error)".contains($0) } == true, "\(consumer) of \(place): \(error)")
        }
      }
      check("a file", inputs.path(kind.file))
      try inputs.throughFIFO(kind.file) { check("a FIFO", $0) }
      try inputs.throughStandardInput(kind.file) { check("standard input", $0) }
    }
  }

  @Test("A consumer that drops or doubles a frame is found out", arguments: Consumer.allCases)
  func faults(_ consumer: Consumer) throws {
    let inputs = try Inputs(count: 300)
    let frames = try consumer.frames(of: inputs.path("in.wav"), SignalSettings(), folder: inputs.folder.path)
    #expect(difference(inputs.frames, frames) == nil)
    #expect(difference(inputs.frames, Array(frames.dropLast(2))) != nil)
    #expect(difference(inputs.frames, Array(frames.dropFirst(2)) + frames.suffix(2)) != nil)
    #expect(
      difference(inputs.frames, stride(from: 0, to: frames.count, by: 2).flatMap { [frames[$0 + 1], frames[$0]] })
        != nil)
  }

  /// What takes all of a user's words about signals.
  private static let analyses: [Consumer] = [.hops, .windows, .series]

  @Test("A rate, channels and their mean mean the same everywhere")
  func options() throws {
    let inputs = try Inputs()
    func all(_ file: String, _ change: (inout SignalSettings) -> Void) throws -> [[Float]] {
      var settings = SignalSettings()
      settings.resamples = true
      change(&settings)
      return try Self.analyses.map { try $0.frames(of: inputs.path(file), settings, folder: inputs.folder.path) }
    }
    let planar = (0..<2).map { channel in
      stride(from: channel, to: inputs.frames.count, by: 2).map { inputs.frames[$0] }
    }
    let half = try resample(planar, from: 16_000, to: 8000)
    let slow = half[0].indices.flatMap { [half[0][$0], half[1][$0]] }
    for file in ["in.wav", "in.flac"] {
      for frames in try all(file, { $0.sampleRateHz = 8000 }) { #expect(difference(slow, frames) == nil, "\(file)") }
    }
    let mean = zip(planar[0], planar[1]).map { ($0 + $1) / 2 }
    for (file, format) in [("in.wav", nil), ("in.csv", .csv), ("in.ndjson", nil)] as [(String, SignalFormat?)] {
      for frames in try all(file, { ($0.mixesDown, $0.format) = (true, format) }) {
        #expect(difference(mean, frames) == nil, "\(file)")
      }
    }
    for consumer in Self.analyses {
      for (file, expected) in [
        ("in.wav", SignalError.channels(name: inputs.path("in.wav"), expected: 3, actual: 2)),
        ("in.flac", SignalError.channels(name: inputs.path("in.flac"), expected: 3, actual: 2)),
      ] {
        var settings = SignalSettings()
        settings.channels = 3
        #expect(throws: expected) {
          try consumer.frames(of: inputs.path(file), settings, folder: inputs.folder.path)
        }
      }
      var settings = SignalSettings()
      (settings.sampleRateHz, settings.resamples) = (8000, true)
      // A pipe is read as it comes, and not resampled.
      _ = try inputs.throughFIFO("in.wav") { path in
        #expect(throws: AudioStreamError.contradiction(name: path, expected: "8000 Hz", actual: "16000 Hz")) {
          try consumer.frames(of: path, settings, folder: inputs.folder.path)
        }
      }
    }
    var settings = SignalSettings()
    settings.sampleRateHz = 8000
    #expect(throws: SeriesInputError.notASignal(path: inputs.path("in.npy"))) {
      try Consumer.series.frames(of: inputs.path("in.npy"), settings, folder: inputs.folder.path)
    }
  }

  @Test("Missing values, NaN and infinities have one policy everywhere")
  func gaps() throws {
    let inputs = try Inputs(count: 3)
    let gaps: [Float] = [1, 2, .nan, 4, 5, .nan]
    try inputs.audio("gap.wav", gaps, encoding: .float32)
    try inputs.write("gap.ndjson", "[1,2]\n[null,4]\n[5,null]\n")
    try inputs.write("gap.csv", "a,b\n1,2\n,4\n5,NA\n")
    func frames(_ consumer: Consumer, _ file: String, _ change: (inout SignalSettings) -> Void) throws -> [Float] {
      var settings = SignalSettings()
      settings.format = SignalFormat(rawValue: (file as NSString).pathExtension)
      change(&settings)
      return try consumer.frames(of: inputs.path(file), settings, folder: inputs.folder.path)
    }
    for file in ["gap.wav", "gap.ndjson", "gap.csv"] {
      for consumer in [.stream] + Self.analyses {
        #expect(try frames(consumer, file) { $0.missing = .zero } == [1, 2, 0, 4, 5, 0], "\(consumer) \(file)")
        #expect(try frames(consumer, file) { $0.missing = .hold } == [1, 2, 1, 4, 5, 4], "\(consumer) \(file)")
        // A missing value is filled in before the policy for NaN and infinities is asked.
        for policy in NonFinitePolicy.allCases {
          let held = try frames(consumer, file) { ($0.missing, $0.nonFinite) = (.hold, policy) }
          #expect(held == [1, 2, 1, 4, 5, 4], "\(consumer) \(file) \(policy)")
        }
        if file != "gap.wav" {
          #expect(throws: RowError.self, "\(consumer) \(file)") { try frames(consumer, file) { _ in } }
        }
      }
    }
    for consumer in [.stream] + Self.analyses {
      let kept = try frames(consumer, "gap.wav") { _ in }
      #expect(difference(gaps.map { $0.isNaN ? 0 : $0 }, kept.map { $0.isNaN ? 0 : $0 }) == nil && kept[2].isNaN)
    }
    for consumer in Consumer.allCases {
      #expect(try frames(consumer, "gap.wav") { $0.nonFinite = .zero } == [1, 2, 0, 4, 5, 0], "\(consumer)")
      #expect(throws: SignalError.nonFinite(name: inputs.path("gap.wav"), frame: 1), "\(consumer)") {
        try frames(consumer, "gap.wav") { $0.nonFinite = .error }
      }
    }
  }
}
