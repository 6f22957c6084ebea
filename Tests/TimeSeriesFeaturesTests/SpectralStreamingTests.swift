import Convolution
import TestSupport
import Testing

@testable import TimeSeriesFeatures

@Suite("Spectra of streams")
struct SpectralStreamingTests {
  @Test("pieces of any size give the same bits and the same frames as the whole", arguments: SpectralCase.all)
  func pieces(_ test: SpectralCase) throws {
    let input = Signals.noise(frames: 9001, seed: 3)
    let whole = try HopRows(SpectralFeatures(test.settings, sampleRateHz: test.rate), [input])
    #expect(whole.count == test.settings.rows(frames: input.count))
    for (index, start) in whole.starts.enumerated() {
      #expect(start == index * test.settings.hopFrames - test.settings.lead)
      #expect(whole.ends[index] == start + test.settings.windowFrames)
    }
    for pieces in [[1], [7, 0, 160], [512], [1021, 3], [5000, 1]] {
      let cut = try HopRows(SpectralFeatures(test.settings, sampleRateHz: test.rate), [input], pieces: pieces)
      #expect(firstBitDifference(cut.values, whole.values) == nil, "pieces of \(pieces)")
      #expect(cut.starts == whole.starts)
    }
  }

  @Test("all instruction sets give the same bits", arguments: SpectralCase.all)
  func levels(_ test: SpectralCase) throws {
    let input = Signals.noise(frames: 5000, seed: 3)
    let all = try KernelLevel.available.map {
      try HopRows(SpectralFeatures(test.settings, sampleRateHz: test.rate, level: $0), [input]).values
    }
    for other in all.dropFirst() { #expect(firstBitDifference(all[0], other) == nil) }
  }

  @Test("a row is ready with its last sample, as framesToNextRow says, for hops shorter and longer than the window")
  func promptness() throws {
    for (window, hop, centred, padding) in [
      (400, 160, false, EdgePadding.zeros), (400, 160, true, .zeros), (400, 160, true, .reflect),
      (100, 350, false, .zeros),
      (100, 350, true, .reflect), (1, 1, true, .zeros), (16, 5, true, .reflect),
    ] {
      var settings = SpectralSettings(.librosa, .stft, sampleRateHz: 16_000)
      (settings.fftFrames, settings.windowFrames, settings.hopFrames) = (max(window, 128), window, hop)
      (settings.isCentred, settings.padding) = (centred, padding)
      let features = try SpectralFeatures(settings, sampleRateHz: 16_000)
      var frames = 0
      let input = Signals.noise(frames: 40_000, seed: 5)
      var rows: [Float] = []
      for _ in 0..<60 {
        let count = features.framesToNextRow
        #expect(count >= 1)
        var came = 0
        // All frames except the last give no row; the last one completes it.
        try features.push(Array(input[frames..<frames + count - 1])) { _ in came += 1 }
        #expect(came == 0)
        try features.push([input[frames + count - 1]]) {
          came += 1
          rows += $0.values
          #expect($0.end <= frames + count)
        }
        #expect(came >= 1)
        frames += count
      }
      try features.finish { rows += $0.values }
      let whole = try HopRows(SpectralFeatures(settings, sampleRateHz: 16_000), [Array(input[..<frames])])
      #expect(firstBitDifference(rows, whole.values) == nil, "window \(window), hop \(hop), \(padding)")
    }
  }

  @Test("the end is mirrored completely even when old frames have just been dropped")
  func mirrorBehindDroppedFrames() throws {
    var settings = SpectralSettings(.librosa, .stft, sampleRateHz: 16_000)
    (settings.fftFrames, settings.windowFrames, settings.hopFrames, settings.padding) = (64, 64, 2088, .reflect)
    // Memory holds three windows and 8192 frames, 32 of them before the stream, so it is full at frame 8352, the middle
    // of the last window.
    for frames in 8340...8400 {
      let input = Signals.noise(frames: frames, seed: UInt64(frames))
      let rows = try HopRows(SpectralFeatures(settings, sampleRateHz: 16_000), [input])
      let mirrored = (1...32).reversed().map { input[$0] } + input + (2...33).map { input[frames - $0] }
      var plain = settings
      plain.isCentred = false
      let expected = try HopRows(SpectralFeatures(plain, sampleRateHz: 16_000), [mirrored])
      #expect(rows.starts == expected.starts.map { $0 - 32 })
      #expect(firstBitDifference(rows.values, expected.values) == nil, "\(frames) frames")
    }
  }

  @Test("channels are side by side")
  func channels() throws {
    let settings = SpectralSettings(.htk, .mfcc, sampleRateHz: 16_000)
    let stereo = (0..<3).map { Signals.noise(frames: 3000, seed: UInt64($0)) }
    let both = try HopRows(
      ChannelwiseFeatures(channels: 3) { try SpectralFeatures(settings, sampleRateHz: 16_000) }, stereo,
      pieces: [777, 20])
    for channel in 0..<3 {
      let one = try HopRows(SpectralFeatures(settings, sampleRateHz: 16_000), [stereo[channel]])
      #expect(one.starts == both.starts)
      for row in 0..<one.count {
        let place = row * 39 + channel * 13
        #expect(Array(both.values[place..<place + 13]) == Array(one.values[row * 13..<(row + 1) * 13]))
      }
    }
    let names = try ChannelwiseFeatures(channels: 2) { try SpectralFeatures(settings, sampleRateHz: 16_000) }.names
    #expect(names.first == "ch1_mfcc_c0" && names.last == "ch2_mfcc_c12")
  }

  @Test("contradictory settings and recordings that are too short are errors of one sentence")
  func errors() throws {
    func error(_ change: (inout SpectralSettings) -> Void) -> String {
      var settings = SpectralSettings(.librosa, .mfcc, sampleRateHz: 22_050)
      change(&settings)
      do {
        let features = try SpectralFeatures(settings, sampleRateHz: 22_050)
        try features.push([Float](repeating: 1, count: 100)) { _ in }
        try features.finish { _ in }
        return ""
      } catch { return "\(error)" }
    }
    #expect(error { _ in } == "")
    #expect(error { $0.hopFrames = 0 } == "the hop is 0, expected 1 to 16777216 frames.")
    #expect(error { $0.windowFrames = 4096 }.hasPrefix("the window is 4096, expected 1 to 2048 frames"))
    #expect(error { $0.fftFrames = 0 }.hasPrefix("the transform length is 0"))
    #expect(error { $0.mel.bands = 0 }.hasPrefix("the number of"))
    #expect(error { $0.cepstrum.coefficients = 129 }.contains("expected 1 to the number of mel bands, 128"))
    #expect(error { $0.mel.highHz = 12_000 }.contains("half the sample rate, 11025.0 Hz"))
    #expect(error { $0.mel.lowHz = .nan } != "")
    #expect(error { $0.logarithm = .decibels(reference: 0) }.contains("expected a positive number"))
    #expect(error { $0.cepstrum.lifter = -1 } != "")
    #expect(error { $0.isCentred = false }.contains("has 100 points, expected at least 2048"))
    #expect(error { $0.padding = .reflect }.contains("expected at least 1025"))
  }

  @Test("bands without a bin are reported")
  func emptyBands() throws {
    let torchaudio = try SpectralFeatures(
      SpectralSettings(.torchaudio, .mel, sampleRateHz: 16_000), sampleRateHz: 16_000)
    // torchaudio's defaults: 128 bands over 201 bins.
    #expect(torchaudio.filters?.emptyBands.count == 4)
    let librosa = try SpectralFeatures(SpectralSettings(.librosa, .mel, sampleRateHz: 22_050), sampleRateHz: 22_050)
    #expect(librosa.filters?.emptyBands == [])
  }
}
