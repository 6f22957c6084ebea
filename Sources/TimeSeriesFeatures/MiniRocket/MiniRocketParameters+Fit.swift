import CConvolutionKernels
import Convolution

extension MiniRocketParameters {
  /// Draws channels and fits biases to the responses of series that are drawn, too.
  ///
  /// The order of the draws is NumPy's in aeon: from `random` a uniform number a combination for its number of channels,
  /// then a shuffle of all channels a combination; from a second generator with the same seed one series a combination.
  /// The biases of a combination are quantiles of the response of its series over all points, at
  /// frac(1φ), frac(2φ), … (φ the golden ratio, counted on over all features), interpolated linearly.
  ///
  /// - Parameters:
  ///   - source: Gives a series as the kernels read it; called once a combination.
  ///   - longest: Points of the longest series, at least 9, which gives the dilations.
  ///   - features: Rounded down to a multiple of 84, of which there is at least one.
  init(
    seriesCount: Int, channels: Int, longest: Int, features: Int, seed: UInt32, random: inout MersenneTwister,
    scratch: FeatureScratch, source: (Int, Int) throws(FeatureError) -> FeatureScratch.Padded
  ) throws(FeatureError) {
    let ladder = DilationLadder(length: longest, biasesPerKernel: max(1, features / Self.kernelCount))
    let combinations = Self.kernelCount * ladder.dilations.count
    var channelCounts: [Int] = []
    var channelList: [Int] = []
    // Drawn for a single channel, too, and always 1 then: the same stream for all.
    for _ in 0..<combinations { channelCounts.append(random.powerOfTwo(below: min(channels, 9) + 1)) }
    for count in channelCounts { channelList += random.choice(count, of: channels) }

    var cases = MersenneTwister(seed: seed)
    var biases: [Float] = []
    biases.reserveCapacity(Self.kernelCount * ladder.biasesPerKernel.reduce(0, +))
    let goldenRatio = (5.0.squareRoot() + 1) / 2
    var response: [Float] = []
    var sorter = FloatSorter()
    var combination = 0
    var listed = 0
    for (dilation, count) in zip(ladder.dilations, ladder.biasesPerKernel) {
      for kernel in 0..<Self.kernelCount {
        let list = channelList[listed..<(listed + channelCounts[combination])].map(Int32.init)
        let padded = try source(cases.index(below: seriesCount), 4 * dilation)
        if response.count != padded.length { response = [Float](repeating: 0, count: padded.length) }
        let call = MiniRocketCall(
          padded: padded, channels: channels, dilation: dilation, channelCounts: [Int32(list.count)],
          channelList: list, memory: scratch.blockMemory(channels: channels))
        response.withUnsafeMutableBufferPointer { buffer in
          call.withKernelCall { scratch.kernels.pointee.minirocket_response($0, kernel, buffer.baseAddress) }
        }
        sorter.sort(&response)
        for _ in 0..<count {
          let turn = Double(biases.count + 1) * goldenRatio
          biases.append(Self.quantile(response, Float(turn - turn.rounded(.down))))
        }
        listed += list.count
        combination += 1
      }
    }
    try self.init(
      channels: channels, dilations: ladder.dilations, biasesPerKernel: ladder.biasesPerKernel, biases: biases,
      channelCounts: channels == 1 ? [] : channelCounts, channelList: channels == 1 ? [] : channelList)
  }

  /// Between the two sorted values next to rank 1 + (count − 1) · q, in double precision.
  static func quantile(_ sorted: [Float], _ q: Float) -> Float {
    let rank = Double(sorted.count - 1) * (Double(q) * 100 / 100)
    let low = Int(rank)
    guard low + 1 < sorted.count else { return sorted[sorted.count - 1] }
    let share = (rank + 1) - Double(low + 1)
    return Float(Double(sorted[low]) * (1 - share) + Double(sorted[low + 1]) * share)
  }
}
