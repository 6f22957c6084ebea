/// Processors one after the other, as one processor.
///
/// Latency, history and tail add up. A chain without stages gives its input back.
///
/// - Precondition of the initialiser: neighbouring channel counts meet, and every stage has one output frame for each
///   input frame and takes any block.
public final class ProcessorChain: BlockProcessor {
  public let inputChannels: Int
  public let outputChannels: Int
  public let latencyFrames: Int
  public let historyFrames: Int?
  public let tailFrames: Int
  public let maximumBlockFrames: Int

  private let stages: [any BlockProcessor]
  /// What goes from stage to stage; two of them, used in turn.
  private let between: [PlanarMemory]

  /// - Parameters:
  ///   - stages: In the order in which they are heard.
  ///   - channels: The channels of a chain without stages.
  ///   - maximumBlockFrames: The most frames of one call; every stage was made for at least as many.
  public init(_ stages: [any BlockProcessor], channels: Int = 1, maximumBlockFrames: Int) {
    for stage in stages {
      precondition(
        stage.rate == .unity && stage.grainFrames == 1 && stage.maximumBlockFrames >= maximumBlockFrames,
        "a chain's stages keep the rate and take any block of the chain")
    }
    for (stage, next) in zip(stages, stages.dropFirst()) {
      precondition(stage.outputChannels == next.inputChannels, "neighbouring stages agree on channels")
    }
    self.stages = stages
    self.maximumBlockFrames = maximumBlockFrames
    inputChannels = stages.first?.inputChannels ?? channels
    outputChannels = stages.last?.outputChannels ?? channels
    latencyFrames = stages.reduce(0) { $0 + $1.latencyFrames }
    tailFrames = stages.reduce(0) { $0 + $1.tailFrames }
    historyFrames = stages.reduce(Optional(0)) { sum, stage in
      guard let sum, let history = stage.historyFrames else { return nil }
      return sum + history
    }
    let widest = stages.map(\.outputChannels).max() ?? 0
    between = (0..<min(2, max(0, stages.count - 1))).map { _ in
      PlanarMemory(channels: widest, frames: maximumBlockFrames)
    }
  }

  @discardableResult
  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    guard !stages.isEmpty else {
      for channel in 0..<inputChannels where UnsafePointer(output[channel]) != input[channel] {
        output[channel].update(from: input[channel], count: frames)
      }
      return frames
    }
    var source = input
    for index in stages.indices {
      if index == stages.count - 1 {
        _ = stages[index].process(source, into: output, frames: frames)
      } else {
        let target = between[index % 2]
        _ = stages[index].process(source, into: target.channels, frames: frames)
        source = target.readableChannels
      }
    }
    return frames
  }

  public func reset() {
    for index in stages.indices { stages[index].reset() }
  }

  public func copy() throws -> ProcessorChain {
    try ProcessorChain(
      stages.map { try $0.copy() }, channels: inputChannels, maximumBlockFrames: maximumBlockFrames)
  }
}
