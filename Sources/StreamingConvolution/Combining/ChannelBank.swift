/// Equal mono processors side by side: one per channel, each with its own state.
package final class ChannelBank: BlockProcessor, ChannelSeparable {
  private let members: [any BlockProcessor]

  package var inputChannels: Int { members.count }
  package var outputChannels: Int { members.count }
  package let rate: FrameRate
  package let latencyFrames: Int
  package let historyFrames: Int?
  package let tailFrames: Int
  package let grainFrames: Int
  package let cut: StreamCut?
  package let maximumBlockFrames: Int

  /// - Parameters:
  ///   - processor: A mono processor; it becomes the first channel's.
  ///   - channels: How many channels the bank has.
  /// - Throws: What `copy` of the processor throws.
  /// - Precondition: The processor has one input and one output channel.
  package convenience init(of processor: any BlockProcessor, channels: Int) throws {
    precondition(channels > 0, "a bank has at least one channel, but \(channels) were asked for")
    self.init(try [processor] + (1..<channels).map { _ in try processor.copy() })
  }

  /// - Parameter members: One processor per channel.
  /// - Precondition: There is at least one. All are mono, and alike in rate, latency, history, tail, grain, cut and
  ///   maximum block.
  package init(_ members: [any BlockProcessor]) {
    guard let first = members.first else { preconditionFailure("a bank has at least one channel, but got none") }
    for (channel, member) in members.enumerated() {
      precondition(
        member.inputChannels == 1 && member.outputChannels == 1,
        "a bank takes mono processors, but that of channel \(channel) has \(member.inputChannels) input and "
          + "\(member.outputChannels) output channels")
      precondition(
        member.rate == first.rate && member.grainFrames == first.grainFrames
          && member.maximumBlockFrames == first.maximumBlockFrames && member.latencyFrames == first.latencyFrames
          && member.tailFrames == first.tailFrames && member.historyFrames == first.historyFrames
          && member.cut == first.cut,
        "the processors of a bank have one rate, latency, history, tail, grain, cut and maximum block, but that of channel "
          + "\(channel) differs from that of channel 0")
    }
    self.members = members
    rate = first.rate
    latencyFrames = first.latencyFrames
    historyFrames = first.historyFrames
    tailFrames = first.tailFrames
    grainFrames = first.grainFrames
    cut = first.cut
    maximumBlockFrames = first.maximumBlockFrames
  }

  @discardableResult
  package func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    var written = 0
    for channel in members.indices {
      written = members[channel].process(input + channel, into: output + channel, frames: frames)
    }
    return written
  }

  package func reset() {
    for channel in members.indices { members[channel].reset() }
  }

  package func reset(keepingFrom first: Int) {
    for channel in members.indices { members[channel].reset(keepingFrom: first) }
  }

  package func copy() throws -> ChannelBank { ChannelBank(try members.map { try $0.copy() }) }

  package func separateChannels() throws -> [any BlockProcessor]? { try members.map { try $0.copy() } }
}
