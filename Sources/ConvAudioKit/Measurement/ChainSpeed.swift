import Convolution
import StreamingConvolution

/// How fast a chain runs here in blocks of one size.
///
/// The same blocks run several times, and of each the fastest run counts, so that other programs do not: what is left is the
/// chain's own work, block by block.
public struct ChainSpeed: Sendable {
  /// Frames of a block.
  public let blockFrames: Int
  /// Rate at which the chain ran.
  public let sampleRateHz: Int
  /// Seconds of the median block, and of the slowest.
  public let medianBlockSeconds: Double
  public let worstBlockSeconds: Double
  /// Seconds of sound in a second of work.
  public let timesRealTime: Double
  /// How often all blocks ran.
  public let passes: Int

  /// Seconds that a block lasts.
  public var blockDurationSeconds: Double { Double(blockFrames) / Double(sampleRateHz) }
  /// What share of its time the slowest block takes.
  public var worstLoad: Double { worstBlockSeconds / blockDurationSeconds }
  /// How many such chains one core runs side by side, by the mean of all blocks.
  public var instancesPerCore: Int { Int(timesRealTime) }

  /// Seconds that a pass may take where less is asked for: a model far slower than real time has fewer blocks then.
  private static let longestPassSeconds = 0.5

  /// Runs `preset` on noise.
  ///
  /// - Parameters:
  ///   - channels: Of the signal. Default: what the chain takes, or needs, else one.
  ///   - sampleRateHz: Of the signal, where the chain has no rate.
  ///   - seconds: How long the measurement may take; three passes are made in any case, each of
  ///     as many blocks as half a second, or that time, is enough for.
  /// - Throws: As `Chain.makeChain`.
  public init(
    of preset: Chain, channels: Int? = nil, blockFrames: Int, sampleRateHz: Int = 48_000,
    seconds: Double = 0.05, costs: ConvolutionCosts = .standard
  ) throws {
    var settings = ChainSettings()
    settings.channels = channels ?? preset.typicalChannels
    settings.sampleRateHz = preset.sampleRateHz(forSignalOf: sampleRateHz)
    settings.maximumBlockFrames = blockFrames
    settings.costs = costs
    let processor = try preset.makeChain(settings).processor
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
    self.sampleRateHz = settings.sampleRateHz ?? sampleRateHz
    self.passes = passes
    let sorted = least.sorted()
    medianBlockSeconds = sorted[blocks / 2]
    worstBlockSeconds = sorted[blocks - 1]
    timesRealTime = Double(blocks) * Double(blockFrames) / Double(self.sampleRateHz) / least.reduce(0, +)
  }
}
