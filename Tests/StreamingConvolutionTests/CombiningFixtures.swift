import Convolution
import StreamingConvolution
import TestSupport

/// y[t] = gain · x[t − latency] in every channel: a processor with latency on purpose.
final class LateGain: BlockProcessor {
  let inputChannels: Int
  let outputChannels: Int
  let latencyFrames: Int
  let historyFrames: Int? = 0
  var cut: StreamCut? { StreamCut(preRollFrames: latencyFrames) }
  let tailFrames: Int
  let maximumBlockFrames: Int
  private let gain: Float
  private let line: UnsafeMutablePointer<Float>
  private var position = 0

  init(channels: Int = 1, latency: Int = 37, gain: Float = 2, tail: Int = 0, maximumBlockFrames: Int = 512) {
    inputChannels = channels
    outputChannels = channels
    latencyFrames = latency
    tailFrames = tail
    self.gain = gain
    self.maximumBlockFrames = maximumBlockFrames
    line = .allocate(capacity: channels * latency)
    line.initialize(repeating: 0, count: channels * latency)
  }

  deinit { line.deallocate() }

  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    for channel in 0..<inputChannels {
      var place = position
      for frame in 0..<frames {
        let slot = line + channel * latencyFrames + place
        let late = slot.pointee
        slot.pointee = input[channel][frame]
        output[channel][frame] = gain * late
        place = place + 1 == latencyFrames ? 0 : place + 1
      }
    }
    position = (position + frames) % latencyFrames
    return frames
  }

  func reset() {
    line.update(repeating: 0, count: inputChannels * latencyFrames)
    position = 0
  }

  func copy() throws -> LateGain {
    LateGain(
      channels: inputChannels, latency: latencyFrames, gain: gain, tail: tailFrames,
      maximumBlockFrames: maximumBlockFrames)
  }
}

/// Calls the `Span` form of another processor, so that the laws judge it, too.
final class ThroughSpans: BlockProcessor {
  private let processor: any BlockProcessor
  private var source: [Float]
  private var target: [Float]

  var inputChannels: Int { processor.inputChannels }
  var outputChannels: Int { processor.outputChannels }
  var rate: FrameRate { processor.rate }
  var latencyFrames: Int { processor.latencyFrames }
  var historyFrames: Int? { processor.historyFrames }
  var grainFrames: Int { processor.grainFrames }
  var cut: StreamCut? { processor.cut }
  var maximumBlockFrames: Int { processor.maximumBlockFrames }

  init(_ processor: any BlockProcessor) {
    self.processor = processor
    source = Array(repeating: 0, count: processor.inputChannels * processor.maximumBlockFrames)
    target = Array(repeating: 0, count: processor.outputChannels * processor.maximumOutputFrames)
  }

  func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    for channel in 0..<inputChannels {
      for frame in 0..<frames { source[channel * frames + frame] = input[channel][frame] }
    }
    let written = Self.call(processor, source, &target, frames)
    let distance = rate == .unity ? frames : maximumOutputFrames
    for channel in 0..<outputChannels {
      for frame in 0..<written { output[channel][frame] = target[channel * distance + frame] }
    }
    return written
  }

  private static func call(
    _ processor: any BlockProcessor, _ source: borrowing [Float], _ target: inout [Float], _ frames: Int
  ) -> Int {
    var span = target.mutableSpan
    return processor.process(source.span, into: &span, frames: frames)
  }

  func reset() { processor.reset() }
  func copy() throws -> ThroughSpans { ThroughSpans(try processor.copy()) }
}

/// A processor of every kind that combines others, by name.
struct Combination: Sendable, CustomStringConvertible {
  let description: String
  let make: @Sendable () throws -> any BlockProcessor
  init(_ description: String, _ make: @escaping @Sendable () throws -> any BlockProcessor) {
    self.description = description
    self.make = make
  }

  /// A small network of these channels, which hums at rest.
  static func network(inputs: Int = 1, outputs: Int = 1, seed: UInt64 = 1) throws -> Network {
    var m = NetworkMaker(inputChannels: inputs, seed: seed)
    let a = try m.network.activate(m.convolve(m.network.input, 5, size: 3, dilation: 9), .tanh)
    m.network.output = try m.convolve(a, outputs, size: 2, dilation: 30)
    return m.network
  }

  static func processor(inputs: Int = 1, outputs: Int = 1, seed: UInt64 = 1, maximum: Int = 512) throws
    -> NetworkProcessor
  {
    try NetworkProcessor(network(inputs: inputs, outputs: outputs, seed: seed), maximumBlockFrames: maximum)
  }

  /// Stereo through 700 taps, settled to a constant input. As a direct sum, because transforms spread roundings, and
  /// NaN, over frames that the laws expect untouched.
  static func settled(latency: Int) throws -> SettledConvolver {
    let matrix = try ResponseMatrix.perChannel(Signals.noise(channels: 2, frames: 700, amplitude: 0.1))
    let convolver = try PartitionedConvolver(
      matrix, plan: PartitionPlan(directTaps: 700, levels: [], latencyFrames: latency), maximumBlockFrames: 512)
    return SettledConvolver(convolver, restingInput: [0.1, -0.2])
  }

  static let all: [Combination] = [
    Combination("a chain without stages") { ProcessorChain([], channels: 3, maximumBlockFrames: 512) },
    Combination("a chain of one network") { ProcessorChain([try processor()], maximumBlockFrames: 400) },
    Combination("a chain of two") {
      ProcessorChain(
        [try processor(inputs: 2, outputs: 3), try processor(inputs: 3, outputs: 1, seed: 2)], maximumBlockFrames: 512)
    },
    Combination("a chain of five with latencies") {
      ProcessorChain(
        [
          try processor(outputs: 2), LateGain(channels: 2, latency: 5), try processor(inputs: 2, outputs: 4, seed: 3),
          LateGain(channels: 4, latency: 12, gain: 0.5), try processor(inputs: 4, outputs: 2, seed: 4),
        ], maximumBlockFrames: 512)
    },
    Combination("a bank of three networks") { try ChannelBank(of: processor(), channels: 3) },
    Combination("a bank of one") { try ChannelBank(of: LateGain(), channels: 1) },
    Combination("a bank of two chains") {
      try ChannelBank(
        of: ProcessorChain([processor(), LateGain(latency: 3)], maximumBlockFrames: 512), channels: 2)
    },
    Combination("gains") { GainAndMix(try processor(), gainIn: 2, gainOut: 0.25) },
    Combination("half dry") { GainAndMix(try processor(inputs: 2, outputs: 2), gainIn: 0.7, gainOut: 1.5, mix: 0.5) },
    Combination("dry alone, late") { GainAndMix(LateGain(channels: 2), gainIn: 0.5, mix: 0) },
    Combination("half dry around a late chain") {
      GainAndMix(
        ProcessorChain([try processor(), LateGain(latency: 700)], maximumBlockFrames: 512), mix: 0.3)
    },
    Combination("half dry, of one channel two") {
      GainAndMix(try processor(outputs: 2), gainIn: 0.7, mix: 0.6, restingInput: [0.3])
    },
    Combination("gains around one channel that becomes two") { GainAndMix(try processor(outputs: 2), gainOut: 0.5) },
    Combination("half dry around a response after a constant") {
      GainAndMix(try settled(latency: 300), mix: 0.3, restingInput: [0.1, -0.2])
    },
    Combination("a response after a constant") { try settled(latency: 0) },
    Combination("a network through spans") { ThroughSpans(try processor(inputs: 2, outputs: 3)) },
    Combination("everything through spans") {
      ThroughSpans(
        GainAndMix(
          try ChannelBank(of: ProcessorChain([processor(), LateGain()], maximumBlockFrames: 512), channels: 2), mix: 0.5
        ))
    },
  ]
}
