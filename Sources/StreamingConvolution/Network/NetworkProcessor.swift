import CConvolutionKernels
import Convolution

/// Runs a `Network` over a stream, block by block.
///
/// ```swift
/// let processor = try NetworkProcessor(network, maximumBlockFrames: 512)
/// processor.process(input, into: output, frames: 64)
/// ```
/// Large blocks are split into sub-blocks that fit the first-level cache, so that speed does not drop with block size.
///
/// - Streaming: latency 0, history `historyFrames` (nil with a recurrent layer), no tail; any block size.
/// - Real time: `process` and `reset` allocate nothing, take no lock and make no system call.
/// - Numerics: every layer within n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶ of the exact sum of n taps, u = 2⁻²⁴.
package final class NetworkProcessor: BlockProcessor {
  /// The network.
  package let network: Network
  /// What is assumed about the time before the first frame.
  package let past: Past
  package let maximumBlockFrames: Int
  package let inputChannels: Int
  package let outputChannels: Int
  package let historyFrames: Int?
  /// Anywhere, after the network's history; nil with a recurrent layer.
  package var cut: StreamCut? { historyFrames.map { StreamCut(preRollFrames: $0) } }
  /// The constant output, per channel, while the input is `restingInput`.
  package let restingOutput: [Float]
  /// For `.silence`, the constant on each input channel before the first frame.
  package let restingInput: [Float]

  private let maximumStateBytes: Int
  private let isFused: Bool
  private let level: KernelLevel
  private let runner: NetworkRunner

  /// Bytes of history and working memory, without the weights.
  package let stateBytes: Int

  /// Frames that go through all layers at once.
  static let subBlockFrames = 64

  /// Default of `maximumStateBytes`: 1 GiB.
  package static let defaultMaximumStateBytes = 1 << 30

  /// Bytes of history and working memory that a processor of `network` needs, without the weights. Allocates nothing of
  /// that size.
  package static func stateBytes(of network: Network) -> Int {
    NetworkLayout(plan: NetworkPlan(network, fused: true), subBlock: subBlockFrames).bytes
  }

  /// Plans `network`, lays out its memory and settles it.
  ///
  /// - Parameters:
  ///   - past: What is assumed about the time before the first frame.
  ///   - restingInput: For `.silence`, the constant on each input channel before the first frame; nil: zeros. A
  ///     stage after another one starts from that one's output for silence.
  ///   - maximumBlockFrames: The most frames of one call of `process`.
  ///   - maximumStateBytes: Limit for history and working memory, checked before anything is allocated.
  ///   - fused: Whether patterns run in fused kernels. Does not change a bit of the output.
  ///   - level: The instruction set. Does not change a bit of the output.
  /// - Throws: `GeometryError` if a size is not positive or does not fit the network, or if too much memory is needed.
  package init(
    _ network: Network, past: Past = .silence, restingInput: [Float]? = nil, maximumBlockFrames: Int = 4096,
    maximumStateBytes: Int = defaultMaximumStateBytes, fused: Bool = true, level: KernelLevel = .selected
  ) throws(GeometryError) {
    guard maximumBlockFrames > 0 else {
      throw .tooSmall(what: "the largest block", minimum: 1, actual: maximumBlockFrames)
    }
    let resting = restingInput ?? [Float](repeating: 0, count: network.inputChannels)
    guard resting.count == network.inputChannels else {
      throw .count(of: "resting input values", expected: network.inputChannels, actual: resting.count)
    }
    self.network = network
    self.past = past
    self.restingInput = resting
    self.maximumBlockFrames = maximumBlockFrames
    self.isFused = fused
    self.level = level
    inputChannels = network.inputChannels
    outputChannels = network.outputChannels
    let cost = NetworkCost(of: network)
    historyFrames = cost.isRecurrent ? nil : cost.historyFrames
    let plan = NetworkPlan(network, fused: fused)
    let subBlock = min(Self.subBlockFrames, maximumBlockFrames)
    let layout = NetworkLayout(plan: plan, subBlock: subBlock)
    guard layout.bytes <= maximumStateBytes else {
      throw .tooLarge(what: "the network's history in bytes", maximum: maximumStateBytes, actual: layout.bytes)
    }
    stateBytes = layout.bytes
    self.maximumStateBytes = maximumStateBytes
    runner = NetworkRunner(plan: plan, layout: layout, subBlock: subBlock, level: level)
    restingOutput = runner.settle(past: past, restingInput: resting)
  }

  @discardableResult
  package func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    precondition(
      frames >= 0 && frames <= maximumBlockFrames,
      "a block of 0 to \(maximumBlockFrames) frames was expected, not \(frames)")
    let denormals = cck_flush_denormals()
    runner.process(input, into: output, frames: frames)
    cck_restore_denormals(denormals)
    return frames
  }

  package func reset() { runner.reset() }

  package func copy() throws -> NetworkProcessor {
    try NetworkProcessor(
      network, past: past, restingInput: restingInput, maximumBlockFrames: maximumBlockFrames,
      maximumStateBytes: maximumStateBytes, fused: isFused, level: level)
  }
}
