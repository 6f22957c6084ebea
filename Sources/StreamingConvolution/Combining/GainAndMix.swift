import CConvolutionKernels
import Convolution

/// A processor between two gains, with a dry/wet mix.
///
/// ```
/// out[t] = gainOut · (mix · processor(gainIn · x)[t] + (1 − mix) · gainIn · x[t − latency])
/// ```
/// - Units: gains are factors, not decibels; mix is 0 (dry) to 1 (wet, the default).
/// - Channels: with a mix below 1, as many out as in, or one in, which is then the dry signal of every output; with a
///   mix of 1, any.
/// - Streaming: rate, grain, latency, history and tail are the processor's. The dry signal is delayed by the same
///   latency in a ring, so a long latency costs memory but no time.
package final class GainAndMix: BlockProcessor, ChannelSeparable {
  private let processor: any BlockProcessor
  private let gainIn: Float
  private let gainOut: Float
  private let mix: Float
  /// The constant on each input channel before the first frame.
  private let restingInput: [Float]
  /// The dry signal: a ring of `latencyFrames` and one block. Empty with a mix of 1.
  private let dry: PlanarMemory
  /// Where in the ring the next frame goes.
  private var place = 0
  private let wet: PlanarMemory
  /// The processor's input. The same memory as `wet` if the channel counts are equal.
  private let scaled: PlanarMemory

  package var inputChannels: Int { processor.inputChannels }
  package var outputChannels: Int { processor.outputChannels }
  package var rate: FrameRate { processor.rate }
  package var latencyFrames: Int { processor.latencyFrames }
  package var historyFrames: Int? { processor.historyFrames.map { max($0, latencyFrames) } }
  package var tailFrames: Int { processor.tailFrames }
  package var grainFrames: Int { processor.grainFrames }
  /// The processor's, or the dry signal's delay if that is longer.
  package var cut: StreamCut? {
    processor.cut.map {
      StreamCut(alignmentFrames: $0.alignmentFrames, preRollFrames: max($0.preRollFrames, latencyFrames))
    }
  }
  package var maximumBlockFrames: Int { processor.maximumBlockFrames }

  /// Whether a processor's input can be mixed with its output: equal channel counts or a mono input, and a rate of 1.
  package static func canMix(_ processor: any BlockProcessor) -> Bool {
    (processor.inputChannels == processor.outputChannels || processor.inputChannels == 1) && processor.rate == .unity
  }

  /// - Parameters:
  ///   - processor: What the signal goes through; owned from here on.
  ///   - gainIn: Factor on the input. Default: 1.
  ///   - gainOut: Factor on the mixed output. Default: 1.
  ///   - mix: Share of the processed signal, 0 to 1. Default: 1.
  ///   - restingInput: The constant on each input channel before the first frame, which the dry signal starts with. nil
  ///     (default): silence.
  /// - Precondition: `canMix` is true for the processor, or mix is 1.
  package init(
    _ processor: any BlockProcessor, gainIn: Float = 1, gainOut: Float = 1, mix: Float = 1, restingInput: [Float]? = nil
  ) {
    precondition((0...1).contains(mix), "a mix is between 0 (dry) and 1 (wet), but \(mix) was given")
    precondition(
      mix == 1 || Self.canMix(processor),
      "only a processor with a rate of 1/1 and a mono input, or as many inputs as outputs, can be mixed with its input; "
        + "this one has a rate of \(processor.rate), \(processor.inputChannels) inputs and "
        + "\(processor.outputChannels) outputs")
    let resting = restingInput ?? [Float](repeating: 0, count: processor.inputChannels)
    precondition(
      resting.count == processor.inputChannels,
      "one resting value per input channel is expected: \(processor.inputChannels), not \(resting.count)")
    self.processor = processor
    self.gainIn = gainIn
    self.gainOut = gainOut
    self.mix = mix
    self.restingInput = resting
    dry = PlanarMemory(
      channels: processor.inputChannels,
      frames: mix == 1 ? 0 : processor.latencyFrames + processor.maximumBlockFrames)
    wet = PlanarMemory(
      channels: processor.outputChannels, frames: max(processor.maximumBlockFrames, processor.maximumOutputFrames))
    scaled =
      processor.inputChannels == processor.outputChannels
      ? wet : PlanarMemory(channels: processor.inputChannels, frames: processor.maximumBlockFrames)
    settle()
  }

  /// The constant output while the processor's constant output is `wet` and the scaled dry signal is `dry`.
  package static func resting(wet: Float, dry: Float, mix: Float, gainOut: Float) -> Float {
    // The same expressions as in `process`, so that the bits agree.
    mix == 1 ? wet * gainOut : mix == 0 ? dry * gainOut : (wet * mix + dry * (1 - mix)) * gainOut
  }

  @discardableResult
  package func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    for channel in 0..<inputChannels {
      let (x, scaled) = (input[channel], scaled.channels[channel])
      for frame in 0..<frames { scaled[frame] = x[frame] * gainIn }
    }
    if mix < 1 { keep(frames) }
    let written = processor.process(scaled.readableChannels, into: wet.channels, frames: frames)
    let isFannedOut = inputChannels != outputChannels
    for channel in 0..<outputChannels {
      let (processed, y) = (wet.channels[channel], output[channel])
      if mix == 1 {
        for frame in 0..<written { y[frame] = processed[frame] * gainOut }
      } else {
        join(processed, dry.channels[isFannedOut ? 0 : channel], into: y, frames: frames)
      }
    }
    if mix < 1, frames > 0 { place = (place + frames) % dry.frames }
    return written
  }

  /// Writes the scaled input into the ring.
  private func keep(_ frames: Int) {
    let first = min(frames, dry.frames - place)
    for channel in 0..<inputChannels {
      let (ring, scaled) = (dry.channels[channel], scaled.channels[channel])
      (ring + place).update(from: scaled, count: first)
      ring.update(from: scaled + first, count: frames - first)
    }
  }

  /// Mixes both signals. Reading the ring starts one latency before the block's first frame.
  private func join(
    _ processed: UnsafePointer<Float>, _ ring: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, frames: Int
  ) {
    var read = place - latencyFrames
    if read < 0 { read += dry.frames }
    let dryShare = 1 - mix
    var done = 0
    while done < frames {
      let count = min(frames - done, dry.frames - read)
      let (late, wet, y) = (ring + read, processed + done, y + done)
      if mix == 0 {
        // Not the sum below: NaN and infinity times 0 give NaN, and −0 + 0 gives 0.
        for frame in 0..<count { y[frame] = late[frame] * gainOut }
      } else {
        for frame in 0..<count { y[frame] = (wet[frame] * mix + late[frame] * dryShare) * gainOut }
      }
      done += count
      read = 0
    }
  }

  /// Fills the ring with the dry signal's past.
  private func settle() {
    place = 0
    for channel in 0..<inputChannels {
      dry.channels[channel].update(repeating: restingInput[channel] * gainIn, count: dry.frames)
    }
  }

  package func reset() {
    processor.reset()
    settle()
  }

  package func reset(keepingFrom first: Int) {
    processor.reset(keepingFrom: first)
    settle()
  }

  package func copy() throws -> GainAndMix {
    GainAndMix(try processor.copy(), gainIn: gainIn, gainOut: gainOut, mix: mix, restingInput: restingInput)
  }

  package func separateChannels() throws -> [any BlockProcessor]? {
    try processor.channels()?.enumerated().map { channel, processor in
      GainAndMix(processor, gainIn: gainIn, gainOut: gainOut, mix: mix, restingInput: [restingInput[channel]])
    }
  }
}
