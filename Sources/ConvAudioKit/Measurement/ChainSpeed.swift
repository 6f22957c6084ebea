import Convolution
import StreamingConvolution

/// How fast a chain runs on this machine at one block size.
///
/// The same blocks run several times and the fastest run of each counts, which leaves out most of what other programs do
/// to the clock.
public struct ChainSpeed: Sendable {
  /// Block size in frames.
  public let blockFrames: Int
  /// Sample rate at which the chain ran, in Hz.
  public let sampleRateHz: Int
  /// Time of the median block, in seconds.
  public let medianBlockSeconds: Double
  /// Time of the slowest block, in seconds.
  public let worstBlockSeconds: Double
  /// Seconds of sound processed in one second.
  public let timesRealTime: Double
  /// How many times all blocks ran.
  public let passes: Int

  /// Duration of a block of sound, in seconds.
  public var blockDurationSeconds: Double { Double(blockFrames) / Double(sampleRateHz) }
  /// Time of the slowest block as a share of its duration.
  public var worstLoad: Double { worstBlockSeconds / blockDurationSeconds }
  /// How many such chains one core can run at once, by the mean of all blocks.
  public var instancesPerCore: Int { Int(timesRealTime) }

  /// Longest first pass in seconds, when less time is asked for: a model far slower than real time runs fewer blocks.
  private static let longestPassSeconds = 0.5

  /// Runs a chain on noise.
  ///
  /// - Parameters:
  ///   - channels: Channels of the signal. Default: `Chain.typicalChannels`.
  ///   - blockFrames: Block size in frames.
  ///   - sampleRateHz: Rate of the signal in Hz, for chains without a rate of their own.
  ///   - seconds: Time for the measurement. At least three passes are made, each of as many blocks as fit into half a
  ///     second, or into this time if it is longer.
  ///   - costs: The cost table that plans are made from.
  /// - Throws: As `Chain.prepare`.
  public init(
    of chain: Chain, channels: Int? = nil, blockFrames: Int, sampleRateHz: Int = 48_000,
    seconds: Double = 0.05, costs: ConvolutionCosts = .standard
  ) throws {
    var settings = ChainSettings()
    settings.costs = costs
    let prepared = try chain.prepare(
      channels: channels ?? chain.typicalChannels, sampleRateHz: sampleRateHz, maximumBlockFrames: blockFrames,
      settings: settings)
    let processor = prepared.processor
    // Long enough for every rhythm of a partitioned convolution up to a third of a second.
    let most = max(16, 16_384 / blockFrames)
    let noise = ChainVerification.testSignal(
      channels: processor.inputChannels, frames: blockFrames)
    let input = PlanarMemory(channels: processor.inputChannels, frames: blockFrames)
    let output = PlanarMemory(channels: processor.outputChannels, frames: blockFrames)
    for channel in 0..<processor.inputChannels {
      for frame in 0..<blockFrames { input.channels[channel][frame] = noise[channel][frame] }
    }
    let clock = ContinuousClock()
    let begin = clock.now
    func process() -> Double {
      let start = clock.now
      _ = processor.process(input.readableChannels, into: output.channels, frames: blockFrames)
      return (clock.now - start).inSeconds
    }
    // The first pass warms caches and clock, and finds for how many blocks of a slow chain there is time.
    var blocks = 0
    while blocks < most, blocks == 0 || (clock.now - begin).inSeconds < max(seconds, Self.longestPassSeconds) {
      _ = process()
      blocks += 1
    }
    var least = [Double](repeating: .infinity, count: blocks)
    var passes = 0
    while passes < 3 || (clock.now - begin).inSeconds < seconds {
      // So that a block of a shorter pass is the same in each.
      if blocks < most { processor.reset() }
      for block in 0..<blocks { least[block] = min(least[block], process()) }
      passes += 1
    }
    self.blockFrames = blockFrames
    self.sampleRateHz = prepared.sampleRateHz ?? sampleRateHz
    self.passes = passes
    let sorted = least.sorted()
    medianBlockSeconds = sorted[blocks / 2]
    worstBlockSeconds = sorted[blocks - 1]
    timesRealTime = Double(blocks) * Double(blockFrames) / Double(self.sampleRateHz) / least.reduce(0, +)
  }
}
