import CConvolutionKernels
import Convolution

/// A convolver whose past is not silence but a constant on each channel: what the stage before it puts out for silence.
///
/// Convolution is linear, so the constant r can be taken off before it and added again after it:
/// y = convolver(x − r) + r · Σh. Otherwise the stream would begin with a step from zero to the constant.
/// - Streaming: as the convolver, but `leadFrames` of the response count as latency instead of tail.
package final class SettledConvolver: BlockProcessor, ChannelSeparable {
  private let convolver: PartitionedConvolver
  private let restingInput: [Float]
  /// The constant output, per channel, while the constant comes in.
  package let restingOutput: [Float]
  private let leadFrames: Int
  private let input: PlanarMemory?

  package var inputChannels: Int { convolver.inputChannels }
  package var outputChannels: Int { convolver.outputChannels }
  package var latencyFrames: Int { convolver.latencyFrames + leadFrames }
  package var historyFrames: Int? { convolver.historyFrames }
  package var tailFrames: Int { max(0, convolver.tailFrames - leadFrames) }
  package var grainFrames: Int { convolver.grainFrames }
  package var cut: StreamCut? { convolver.cut }
  package var maximumBlockFrames: Int { convolver.maximumBlockFrames }

  /// - Parameters:
  ///   - convolver: As new; owned from here on.
  ///   - restingInput: The constant on each input channel. nil (default): silence, which costs nothing.
  ///   - leadFrames: How many frames at the start of the responses come before time zero, as in a linear-phase filter.
  /// - Precondition: There is one constant per input channel.
  package init(_ convolver: PartitionedConvolver, restingInput: [Float]? = nil, leadFrames: Int = 0) {
    self.convolver = convolver
    self.leadFrames = leadFrames
    let resting = restingInput ?? [Float](repeating: 0, count: convolver.inputChannels)
    precondition(
      resting.count == convolver.inputChannels,
      "one resting value per input channel is expected: \(convolver.inputChannels), not \(resting.count)")
    self.restingInput = resting
    let matrix = convolver.matrix
    var output = [Double](repeating: 0, count: convolver.outputChannels)
    let isSilent = resting.allSatisfy { $0 == 0 }
    if !isSilent {
      let sums = matrix.responses.map { $0.reduce(0.0) { $0 + Double($1) } }
      for path in matrix.paths { output[path.output] += path.gain * sums[path.response] * Double(resting[path.input]) }
    }
    restingOutput = output.map { Float($0) }
    input = isSilent ? nil : PlanarMemory(channels: convolver.inputChannels, frames: convolver.maximumBlockFrames)
  }

  @discardableResult
  package func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    guard let shifted = self.input else { return convolver.process(input, into: output, frames: frames) }
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    for channel in 0..<inputChannels {
      let (x, y, constant) = (input[channel], shifted.channels[channel], restingInput[channel])
      for frame in 0..<frames { y[frame] = x[frame] - constant }
    }
    convolver.process(shifted.readableChannels, into: output, frames: frames)
    for channel in 0..<outputChannels {
      let (y, constant) = (output[channel], restingOutput[channel])
      for frame in 0..<frames { y[frame] += constant }
    }
    return frames
  }

  package func reset() { convolver.reset() }

  package func reset(keepingFrom first: Int) { convolver.reset(keepingFrom: first) }

  package func copy() throws -> SettledConvolver {
    SettledConvolver(try convolver.copy(), restingInput: restingInput, leadFrames: leadFrames)
  }

  package func separateChannels() throws -> [any BlockProcessor]? {
    // Where any channel rests on a constant, 0 is added to the silent ones, too, which turns −0 into 0.
    guard input == nil || restingInput.allSatisfy({ $0 != 0 }) else { return nil }
    return convolver.separated()?.enumerated().map { channel, convolver in
      SettledConvolver(convolver, restingInput: [restingInput[channel]], leadFrames: leadFrames)
    }
  }
}
