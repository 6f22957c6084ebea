import ModelFormats
import TestSupport
import Testing

@testable import TimeSeriesFeatures

@Suite("Laws of transforms")
struct TransformLawsTests {
  private func fits(_ training: SeriesSet) throws -> [FittedTransform] {
    try FittedTransform.Kind.allCases.map { try FittedTransform($0, fittingTo: training, features: 1500, seed: 9) }
  }

  @Test("neither the number of threads nor the batch size changes the result")
  func threads() throws {
    let series = try walks(23, channels: 2, points: 90)
    for fit in try fits(try walks(5, channels: 2, points: 90, seed: 4)) {
      let one = try fit.transform.features(of: series)
      let four = try fit.transform.features(of: series, threads: 4)
      #expect(firstBitDifference(one.values, four.values) == nil)
      let parts = try [0..<7, 7..<8, 8..<23].flatMap { try fit.transform.features(of: series[$0], threads: 2).values }
      #expect(firstBitDifference(one.values, parts) == nil)
    }
  }

  @Test("a fit depends only on series and seed, and a file keeps every bit of it")
  func files() throws {
    let training = try walks(5, channels: 2, points: 90)
    for (fit, again) in zip(try fits(training), try fits(training)) {
      #expect(fit == again)
      let bytes = fit.serialized()
      let loaded = try FittedTransform(TensorFile(bytes: bytes, path: "parameters"))
      #expect(loaded == fit)
      #expect(loaded.serialized() == bytes)
      #expect(fit.transform.featureNames.count == Set(fit.transform.featureNames).count)
      let other = try FittedTransform(fit.kind, fittingTo: training, features: 1500, seed: 10)
      #expect(other != fit)
    }
  }

  @Test("a fit reads only the extent of a set and the series that it draws")
  func drawnSeries() throws {
    let training = try walks(400, channels: 2, points: 90)
    for kind in FittedTransform.Kind.allCases {
      for features in [84, 1500] {
        let extent = SeriesExtent(training)
        let numbers = FittedTransform.drawnSeries(kind, of: extent, features: features, seed: 9)
        #expect(numbers.count < 400 && numbers.isEmpty == (kind == .rocket || kind == .hydra))
        var drawn = try SeriesSet(channels: 2)
        for number in numbers { try drawn.append(training[number]) }
        let set = FittingSet(extent: extent, drawn: drawn, numbers: numbers)
        let fit = try FittedTransform(kind, fittingTo: set, features: features, seed: 9)
        #expect(try fit == FittedTransform(kind, fittingTo: training, features: features, seed: 9))
      }
    }
  }

  @Test("a damaged parameter file is an error that says where")
  func damagedFiles() throws {
    let training = try walks(3, channels: 2, points: 60)
    for fit in try fits(training) {
      for name in fit.file.tensors.keys.sorted() {
        var file = fit.file
        file.tensors[name] = nil
        #expect(throws: ModelFormatError.self) { _ = try FittedTransform(file) }
        // An extra element is an error in every tensor, because the tensors determine each other's sizes.
        file = fit.file
        if let integers = file.tensors[name]?.integers {
          file.tensors[name] = StoredTensor(shape: [integers.count + 1], integers: integers + [-7])
        } else if let values = file.tensors[name]?.values {
          file.tensors[name] = StoredTensor(shape: [values.count + 1], values: values + [0])
        }
        #expect(throws: FeatureError.self, "\(fit.kind) \(name)") { _ = try FittedTransform(file) }
      }
      for key in ["format", "version", "transform", "channels"] {
        var file = fit.file
        file.metadata[key] = "potato"
        #expect(throws: FeatureError.self, "\(fit.kind) \(key)") { _ = try FittedTransform(file) }
      }
    }
  }

  @Test("a dilation longer than every series needs no memory and reads zeros")
  func absurdDilation() throws {
    let series = try walks(2, points: 30)
    let parameters = try MiniRocketParameters(
      channels: 1, dilations: [1 << 26], biasesPerKernel: [1], biases: [Float](repeating: 0.5, count: 84))
    let row = try MiniRocket(parameters: parameters).features(of: series)[0]
    // Every tap except the fifth lies outside the series; it weighs 2 in kernels that choose it, −1 in the others.
    let above = series.values[..<30].filter { 2 * $0 > 0.5 }.count
    let below = series.values[..<30].filter { -$0 > 0.5 }.count
    let shares = Set(row)
    #expect(shares == [Float(Double(above) / 30), Float(Double(below) / 30)])
  }

  @Test("short series: odd features pool over the zeros around them, become NaN, or are an error")
  func shortSeries() throws {
    let training = try walks(4, points: 200)
    let short = try walks(1, points: 20, seed: 8)
    for var fit in try fits(training) {
      let padded = try fit.transform.features(of: short)
      #expect(!padded.values.contains { !$0.isFinite })
      guard fit.kind != .hydra else { continue }
      fit.shortSeries = .nan
      let missing = try fit.transform.features(of: short)
      #expect(missing.values.contains { $0.isNaN })
      let same = zip(padded.values, missing.values).allSatisfy { $1.isNaN || $0 == $1 }
      #expect(same)
      fit.shortSeries = .error
      #expect(throws: FeatureError.self) { _ = try fit.transform.features(of: short) }
      let whole = try fit.transform.features(of: training)
      #expect(!whole.values.contains { !$0.isFinite })
    }
  }

  @Test("invalid input is an error that says where")
  func errors() throws {
    let training = try walks(4, points: 60)
    var values = training.values
    values[60 + 5] = .nan
    let broken = try SeriesSet(cases: 4, channels: 1, points: 60, values: values)
    let notFinite = FeatureError.notFinite(series: 1, channel: 0, point: 5, actual: .nan)
    for fit in try fits(training) {
      let error = #expect(throws: FeatureError.self) { _ = try fit.transform.features(of: broken) }
      #expect(error?.description == notFinite.description)
      #expect(throws: FeatureError.channelCount(series: 0, expected: 1, actual: 2)) {
        _ = try fit.transform.features(of: walks(2, channels: 2, points: 60))
      }
      #expect(throws: FeatureError.self) {
        _ = try fit.transform.features(of: SeriesSet(cases: 1, channels: 1, points: 0, values: []))
      }
      #expect(throws: FeatureError.self) { _ = try FittedTransform(fit.kind, fittingTo: walks(2, points: 8)) }
      #expect(throws: FeatureError.noSeries) {
        _ = try FittedTransform(fit.kind, fittingTo: SeriesSet(channels: 1))
      }
    }
    // The largest accepted numbers give finite features.
    for fit in try fits(training) {
      var large = training
      large.values = large.values.map { $0 < 0 ? -0x1.fffffep100 : 0x1.fffffep100 }
      #expect(try fit.transform.features(of: large).values.allSatisfy(\.isFinite))
      #expect(try FittedTransform(fit.kind, fittingTo: large, features: 1500).transform.channels == 1)
      large.values[3] = 0x1p101
      #expect(throws: FeatureError.notFinite(series: 0, channel: 0, point: 3, actual: 0x1p101)) {
        _ = try fit.transform.features(of: large)
      }
    }
    let filled = broken.filling(.linear)
    #expect(filled.values[65] == values[64] + (values[66] - values[64]) / 2)
    #expect(broken.filling(.hold).values[65] == values[64])
    #expect(broken.filling(.zero).values[65] == 0)
  }

  @Test("a sliding window gives the same bits as a separate series")
  func sliding() throws {
    let stream = try walks(1, channels: 2, points: 400, seed: 12)
    let interleaved = (0..<400).flatMap { t in [stream.values[t], stream.values[400 + t]] }
    for fit in try fits(try walks(5, channels: 2, points: 90)) {
      for (window, hop) in [(90, 25), (64, 64), (37, 100)] {
        for block in [1, 7, 400] {
          let sliding = try SlidingFeatures(fit.transform, windowFrames: window, hopFrames: hop)
          var ends: [Int] = []
          var frame = 0
          while frame < 400 {
            let end = min(400, frame + block)
            try Array(interleaved[(2 * frame)..<(2 * end)]).withUnsafeBufferPointer {
              try sliding.push(interleaved: $0) { row, end in
                ends.append(end)
                let part = (0..<2).map { Array(stream.values[($0 * 400 + end - window)..<($0 * 400 + end)]) }
                let whole = try fit.transform.features(of: SeriesSet([part]))
                let difference = firstBitDifference(copy row, whole.values)
                #expect(difference == nil, "\(fit.kind), window \(window), ending at \(end)")
              }
            }
            frame = end
          }
          #expect(ends == Array(stride(from: window, through: 400, by: hop)))
        }
      }
    }
  }
}
