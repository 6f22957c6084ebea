import CConvolutionKernels
import Convolution
import StreamingConvolution
import TestSupport
import Testing

@testable import TimeSeriesFeatures

/// What comparisons do with equal values, with 0 and −0, and with NaN. Random numbers never meet, so these do on purpose.
@Suite("Ties")
struct TieTests {
  private static let plain = withUnsafePointer(to: cck_feature_kernels_plain) { $0.pointee }

  /// The loops of every level here, and the plain ones.
  private static let loops: [(name: String, kernels: cck_feature_kernels)] =
    KernelLevel.available.map { ("\($0)", cck_feature_kernels_of(Int32($0.rawValue))!.pointee) } + [("plain", plain)]

  /// −1, 0 and 1, with zeros around them: sums of these are exact, and often equal.
  private func signs(_ count: Int, margin: Int, _ random: inout SplitMix64) -> [Float] {
    let zeros = [Float](repeating: 0, count: margin)
    return zeros + (0..<count).map { _ in Float(random.nextInteger(upTo: 2) - 1) } + zeros
  }

  @Test("ROCKET counts what is above 0, not zeros and not NaN, and its maximum passes over NaN")
  func rocketRows() {
    var random = SplitMix64(seed: 31)
    let (margin, offsets) = (256, [-6, -3, 0, 3, 6])
    for round in 0..<24 {
      let (rows, length) = (1 + round % 8, 20 + 7 * round)
      var x = signs(length, margin: margin, &random)
      if round % 3 == 2 { x[margin + length / 2] = .nan }
      if round % 3 == 1 { x = x.map { $0 == 0 ? -0.0 : $0 } }
      let weights = signs(offsets.count * rows, margin: 0, &random)
      let biases: [Float] = (0..<rows).map { [0, -0.0, 1, -1][$0 % 4] }
      let (first, end) = (round % 5, length - round % 4)

      var counts = [UInt32](repeating: 0, count: rows)
      var maxima = [Float](repeating: -.infinity, count: rows)
      for row in 0..<rows {
        for t in first..<end {
          var sum = biases[row]
          for (tap, offset) in offsets.enumerated() { sum += weights[tap * rows + row] * x[margin + t + offset] }
          if sum > 0 { counts[row] += 1 }
          if !sum.isNaN { maxima[row] = max(maxima[row], sum) }
        }
      }
      for (name, kernels) in Self.loops {
        var positive = [UInt32](repeating: 0, count: rows)
        var largest = [Float](repeating: -.infinity, count: rows)
        x.withUnsafeBufferPointer { x in
          offsets.withUnsafeBufferPointer { offsets in
            weights.withUnsafeBufferPointer { weights in
              biases.withUnsafeBufferPointer { biases in
                var call = cck_rocket_rows(
                  rows: rows, taps: offsets.count, offsets: offsets.baseAddress, weights: weights.baseAddress,
                  weight_pitch: rows, biases: biases.baseAddress, x: x.baseAddress! + margin, first: first, end: end)
                kernels.rocket_rows(&call, &positive, &largest)
              }
            }
          }
        }
        #expect(positive == counts, "\(name), round \(round)")
        #expect(largest == maxima, "\(name), round \(round)")
      }
    }
  }

  @Test("of Hydra's kernels with equal responses the first one wins, and loses")
  func hydraGroup() {
    var random = SplitMix64(seed: 32)
    let margin = 256
    for length in [1, 15, 16, 17, 40, 100, 129] {
      let x = signs(length, margin: margin, &random)
      let weights = signs(9 * 8, margin: 0, &random)
      var sums = [Float](repeating: 0, count: 8)
      var counts = [Float](repeating: 0, count: 8)
      for t in 0..<length {
        let responses = (0..<8).map { kernel in
          (0..<9).reduce(Float(0)) { $0 + weights[8 * $1 + kernel] * x[margin + t + 2 * ($1 - 4)] }
        }
        let most = responses.firstIndex(of: responses.max()!)!
        sums[most] += responses[most]
        counts[responses.firstIndex(of: responses.min()!)!] += 1
      }
      for (name, kernels) in Self.loops {
        var largest = [Float](repeating: .nan, count: 8)
        var smallest = largest
        x.withUnsafeBufferPointer { x in
          weights.withUnsafeBufferPointer { weights in
            var call = cck_hydra_group(
              x: x.baseAddress! + margin, length: length, offsets: (-8, -6, -4, -2, 0, 2, 4, 6, 8),
              weights: weights.baseAddress!)
            kernels.hydra_group(&call, &largest, &smallest)
          }
        }
        #expect(largest == sums && smallest == counts, "\(name), \(length) points")
      }
    }
  }

  @Test("where responses equal biases, every level gives the bits of the plain twin")
  func levels() throws {
    var random = SplitMix64(seed: 33)
    for channels in [1, 3] {
      func set(_ cases: Int, points: Int) throws -> SeriesSet {
        try SeriesSet(
          cases: cases, channels: channels, points: points,
          values: signs(cases * channels * points, margin: 0, &random))
      }
      let training = try set(3, points: 120)
      let transforms: [any SeriesTransform] = [
        try MiniRocket(fittingTo: training, features: 84 * 21),
        try MultiRocket(fittingTo: training, kernels: 84 * 11, compatibility: .aeon),
      ]
      for points in Thoroughness.cases(of: [9, 33, 100, 513], quick: 2) {
        let series = try set(2, points: points)
        for transform in transforms {
          let plain = try FeatureKernelTests().rows(transform, series, Self.plain)
          for (name, kernels) in Self.loops {
            let fast = try FeatureKernelTests().rows(transform, series, kernels)
            #expect(firstBitDifference(fast, plain) == nil, "\(type(of: transform)), \(name), \(points) points")
          }
        }
      }
    }
  }

  @Test("MiniRocket's share is that of responses above the bias, not at it")
  func miniRocket() throws {
    var random = SplitMix64(seed: 34)
    let x = signs(60, margin: 0, &random)
    let biases = (0..<(84 * 4)).map { [0, -0.0, 1, -2][$0 % 4] as Float }
    let parameters = try MiniRocketParameters(channels: 1, dilations: [2], biasesPerKernel: [4], biases: biases)
    let row = try MiniRocket(parameters: parameters).features(of: SeriesSet([[x]]))[0]
    var kernel = 0
    for i in 0..<7 {
      for j in (i + 1)..<8 {
        for k in (j + 1)..<9 {
          let points = kernel % 2 == 0 ? 0..<60 : 8..<52
          let responses = points.map { t in
            (0..<9).reduce(Float(0)) { sum, tap in
              let place = t + 2 * (tap - 4)
              let value = x.indices.contains(place) ? x[place] : 0
              return sum + (tap == i || tap == j || tap == k ? 2 : -1) * value
            }
          }
          for bias in 0..<4 {
            let above = responses.filter { $0 > biases[4 * kernel + bias] }.count
            #expect(row[row.startIndex + 4 * kernel + bias] == Float(Double(above) / Double(points.count)))
          }
          kernel += 1
        }
      }
    }
  }

  @Test(
    "pooled outputs: zeros are not positive, NaN stays in mean and maximum and is not positive",
    arguments: [
      ([0, -0.0, 0, -0.0], mean: 0, max: 0, last: 0, ppv: 0), ([1, 0, -1, 0], mean: 0, max: 1, last: 0, ppv: 0.25),
      ([-2, -2, -2, -2], mean: -2, max: -2, last: -2, ppv: 0), ([3, 3, 1, 1], mean: 2, max: 3, last: 1, ppv: 1),
      ([.nan, 1, 0, 2], mean: .nan, max: .nan, last: 2, ppv: 0.5),
      ([2, 0, 1, .nan], mean: .nan, max: .nan, last: .nan, ppv: 0.5),
    ] as [([Float], mean: Float, max: Float, last: Float, ppv: Float)])
  func pooledOutputs(window: [Float], mean: Float, max: Float, last: Float, ppv: Float) throws {
    var network = Network(inputChannels: 1)
    let kernel = try CausalKernel(outputChannels: 1, inputChannels: 1, kernelSize: 1, weights: [1])
    network.output = try network.convolve([(network.input, kernel)])
    let features = try PooledOutputs(
      NetworkProcessor(network), poolings: [.mean, .max, .last, .ppv], layer: "x", windowFrames: 4, hopFrames: 4)
    let row = try HopRows(features, [window]).values
    for (value, expected) in zip(row, [mean, max, last, ppv]) {
      #expect(value == expected || value.isNaN && expected.isNaN, "\(row)")
    }
  }

  @Test("window statistics: 0 and −0 count as positive, equal peaks are one peak, NaN is no crossing")
  func windowStatistics() throws {
    func statistics(_ x: [Float]) throws -> (peak: Float, crossings: Float) {
      let row = try HopRows(WindowStatistics(windowFrames: x.count, hopFrames: x.count), [x]).values
      return (row[3], row[4])
    }
    #expect(try statistics([0, -0.0, 0, 1, -1, 0, -0.0, -1]) == (1, 3))
    #expect(try statistics([0, -0.0, 0, -0.0]) == (0, 0))
    #expect(try statistics([-3, 3, -3, 3]) == (3, 3))
    let broken = try statistics([1, .nan, 2, -1])
    #expect(broken.peak.isNaN && broken.crossings == 1)
  }

  @Test("equal values, 0 and −0 are sorted, few and many", arguments: [2, 7, 512, 513, 4000])
  func sorter(count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    let choices: [Float] = [
      0, -0.0, 1, -1, 1, 0.5, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude,
    ]
    let values = (0..<count).map { _ in choices[random.nextInteger(upTo: choices.count - 1)] }
    var sorter = FloatSorter()
    for values in [values, values.reversed(), [Float](repeating: -0.0, count: count)] {
      var sorted = values
      sorter.sort(&sorted)
      #expect(sorted == values.sorted())
      #expect(sorted.filter { $0 == 0 && $0.sign == .minus }.count == values.filter { $0 == 0 && $0.sign == .minus }.count)
    }
  }

  @Test("quantiles of equal values are that value; the ends are the smallest and the largest")
  func quantiles() {
    for q in [0, 0.25, 0.5, 0.999, 1] as [Float] {
      #expect(MiniRocketParameters.quantile([2, 2, 2, 2], q) == 2)
      #expect(MiniRocketParameters.quantile([-0.0, 0, 0], q) == 0)
      #expect(MiniRocketParameters.quantile([7], q) == 7)
    }
    #expect(MiniRocketParameters.quantile([1, 2, 4], 0) == 1)
    #expect(MiniRocketParameters.quantile([1, 2, 4], 0.5) == 2)
    #expect(MiniRocketParameters.quantile([1, 2, 4], 0.75) == 3)
    #expect(MiniRocketParameters.quantile([1, 2, 4], 1) == 4)
  }

  @Test("of equal scores the first class is predicted, for a score of 0 too, and for NaN")
  func predictions() throws {
    let two = try RidgeClassifier(classes: ["no", "yes"], weights: [1], intercepts: [0], regularisation: 1)
    let one: [Float] = [0, -0.0, .leastNonzeroMagnitude, -1, .nan]
    #expect(
      two.predict(FeatureTable(rows: 5, columns: 1, values: one)) == ["no", "no", "yes", "no", "no"])
    let three = try RidgeClassifier(
      classes: ["a", "b", "c"], weights: [1, 0, 1, 0, 0, 1], intercepts: [0, 0, 0], regularisation: 1)
    let rows: [Float] = [0, -0.0, 1, 1, -1, -1, 0, 1, 1, 0, .nan, 0]
    #expect(
      three.predict(FeatureTable(rows: 6, columns: 2, values: rows)) == ["a", "a", "a", "c", "a", "a"])
  }

  @Test("features that are all alike say nothing: the smallest regularisation, and the more frequent class")
  func equalFeatures() throws {
    let table = FeatureTable(rows: 4, columns: 3, values: [Float](repeating: 3, count: 12))
    for (labels, answer) in [(["b", "a", "b", "b"], "b"), (["b", "a", "a", "a"], "a"), (["b", "a", "a", "b"], "a")] {
      let ridge = try RidgeClassifier(fittingTo: table, labels: labels)
      #expect(ridge.regularisation == 0.001 && ridge.weights == [0, 0, 0])
      #expect(ridge.predict(table) == [String](repeating: answer, count: 4))
    }
  }
}
