/// Equal mono processors side by side: one a channel, each with its own state.
public final class ChannelBank: BlockProcessor {
  private let members: [any BlockProcessor]

  public var inputChannels: Int { members.count }
  public var outputChannels: Int { members.count }
  public var latencyFrames: Int { members[0].latencyFrames }
  public var historyFrames: Int? { members[0].historyFrames }
  public var tailFrames: Int { members[0].tailFrames }
  public let maximumBlockFrames: Int

  /// - Parameters:
  ///   - processor: A mono processor that keeps the rate and takes any block; it becomes the first channel's.
  ///   - channels: How many.
  /// - Throws: What `copy` of the processor throws.
  /// - Precondition: The processor has one input and one output channel.
  public convenience init(of processor: any BlockProcessor, channels: Int) throws {
    precondition(channels > 0, "a bank has a channel")
    self.init(try [processor] + (1..<channels).map { _ in try processor.copy() })
  }

  /// - Precondition: At least one; mono, of one latency, history, tail and maximum block; they keep the rate and take any
  ///   block.
  public init(_ members: [any BlockProcessor]) {
    precondition(
      members.allSatisfy {
        $0.inputChannels == 1 && $0.outputChannels == 1 && $0.rate == .unity && $0.grainFrames == 1
      },
      "a bank is made of mono processors that keep the rate")
    self.members = members
    maximumBlockFrames = members[0].maximumBlockFrames
  }

  @discardableResult
  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    for channel in members.indices {
      _ = members[channel].process(input + channel, into: output + channel, frames: frames)
    }
    return frames
  }

  public func reset() {
    for channel in members.indices { members[channel].reset() }
  }

  public func copy() throws -> ChannelBank { ChannelBank(try members.map { try $0.copy() }) }
}
