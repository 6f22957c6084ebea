import CConvolutionKernels
import Convolution

extension MiniRocketParameters {
  /// Draws channels, and fits biases to the responses of randomly drawn series.
  ///
  /// The order of the draws is that of NumPy in aeon. From `random`: for each combination a uniform number that gives
  /// its number of channels, then for each combination a shuffle of all channels. From a second generator with the same
  /// seed: one series per combination. The biases of a combination are quantiles of the response of its series over all
  /// points, interpolated linearly, at frac(1φ), frac(2φ), … (φ is the golden ratio; the count runs on over all
  /// features).
  ///
  /// - Parameters:
  ///   - source: Returns a series as the C loops read it; called once per combination.
  ///   - longest: Points of the longest series, at least 9; determines the dilations.
  ///   - features: Rounded down to a multiple of 84, at least 84.
  init(
    seriesCount: Int, channels: Int, longest: Int, features: Int, seed: UInt32, random: inout MersenneTwister,
    scratch: FeatureScratch, source: (Int, Int) throws(FeatureError) -> FeatureScratch.Padded
  ) throws(FeatureError) {
    let ladder = DilationLadder(length: longest, biasesPerKernel: max(1, features / Self.kernelCount))
    let combinations = Self.kernelCount * ladder.dilations.count
    var channelCounts: [Int] = []
    var channelList: [Int] = []
    // Drawn even for a single channel, where it is always 1, so that the random sequence is the same in all cases.
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

  /// Interpolates between the two sorted values next to rank 1 + (count − 1) · q, in double precision.
  static func quantile(_ sorted: [Float], _ q: Float) -> Float {
    let rank = Double(sorted.count - 1) * (Double(q) * 100 / 100)
    let low = Int(rank)
    guard low + 1 < sorted.count else { return sorted[sorted.count - 1] }
    let share = (rank + 1) - Double(low + 1)
    return Float(Double(sorted[low]) * (1 - share) + Double(sorted[low + 1]) * share)
  }
}
