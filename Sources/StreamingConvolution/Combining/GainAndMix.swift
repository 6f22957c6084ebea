import CConvolutionKernels
import Convolution

/// A processor between two gains, with some of its own input beside its output.
///
/// ```
/// out[t] = gainOut · (mix · processor(gainIn · x)[t] + (1 − mix) · gainIn · x[t − latency])
/// ```
/// - Units: gains are factors, not decibels; mix is 0 (dry) to 1 (wet, the default).
/// - Channels: with a mix below 1 as many out as in, or one in, which is then the dry signal of all; with 1 any.
/// - Streaming: latency, history and tail of the processor; the dry signal is late by the same latency, in a ring, so
///   that a long latency costs memory and no time.
public final class GainAndMix: BlockProcessor {
  private let processor: any BlockProcessor
  private let gainIn: Float
  private let gainOut: Float
  private let mix: Float
  /// What every channel of the input was before the first frame.
  private let restingInput: [Float]
  /// The dry signal in a ring of `latencyFrames` and one block; nothing where there is no dry signal.
  private let dry: PlanarMemory
  /// Where in it the next frame goes.
  private var place = 0
  private let wet: PlanarMemory
  /// What goes into the processor; the memory of `wet` where channels are as many.
  private let scaled: PlanarMemory

  public var inputChannels: Int { processor.inputChannels }
  public var outputChannels: Int { processor.outputChannels }
  public var latencyFrames: Int { processor.latencyFrames }
  public var historyFrames: Int? { processor.historyFrames.map { max($0, latencyFrames) } }
  public var tailFrames: Int { processor.tailFrames }
  public var maximumBlockFrames: Int { processor.maximumBlockFrames }

  /// Whether a processor's input can stand beside its output.
  public static func canMix(_ processor: any BlockProcessor) -> Bool {
    processor.inputChannels == processor.outputChannels || processor.inputChannels == 1
  }

  /// - Parameter restingInput: The constant that every input channel had before the first frame, which is what the dry
  ///   signal begins with; nil: silence.
  /// - Precondition: The processor can be mixed, or mix is 1; it keeps the rate and takes any block.
  public init(
    _ processor: any BlockProcessor, gainIn: Float = 1, gainOut: Float = 1, mix: Float = 1, restingInput: [Float]? = nil
  ) {
    precondition((0...1).contains(mix), "mix is a share")
    precondition(
      (mix == 1 || Self.canMix(processor)) && processor.rate == .unity && processor.grainFrames == 1,
      "what is mixed with its input has as many channels, or one, and as many frames")
    let resting = restingInput ?? [Float](repeating: 0, count: processor.inputChannels)
    precondition(resting.count == processor.inputChannels, "one constant a channel")
    self.processor = processor
    self.gainIn = gainIn
    self.gainOut = gainOut
    self.mix = mix
    self.restingInput = resting
    dry = PlanarMemory(
      channels: processor.inputChannels,
      frames: mix == 1 ? 0 : processor.latencyFrames + processor.maximumBlockFrames)
    wet = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumBlockFrames)
    scaled =
      processor.inputChannels == processor.outputChannels
      ? wet : PlanarMemory(channels: processor.inputChannels, frames: processor.maximumBlockFrames)
    settle()
  }

  @discardableResult
  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    for channel in 0..<inputChannels {
      let (x, scaled) = (input[channel], scaled.channels[channel])
      for frame in 0..<frames { scaled[frame] = x[frame] * gainIn }
    }
    if mix < 1 { keep(frames) }
    _ = processor.process(scaled.readableChannels, into: wet.channels, frames: frames)
    let isFannedOut = inputChannels != outputChannels
    for channel in 0..<outputChannels {
      let (processed, y) = (wet.channels[channel], output[channel])
      if mix == 1 {
        for frame in 0..<frames { y[frame] = processed[frame] * gainOut }
      } else {
        join(processed, dry.channels[isFannedOut ? 0 : channel], into: y, frames: frames)
      }
    }
    if mix < 1, frames > 0 { place = (place + frames) % dry.frames }
    return frames
  }

  /// Puts the scaled input into the ring.
  private func keep(_ frames: Int) {
    let first = min(frames, dry.frames - place)
    for channel in 0..<inputChannels {
      let (ring, scaled) = (dry.channels[channel], scaled.channels[channel])
      (ring + place).update(from: scaled, count: first)
      ring.update(from: scaled + first, count: frames - first)
    }
  }

  /// The sum of both signals; `ring` is read where the latency before the block's first frame stands.
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
        // Not the sum below: NaN and infinity times 0 are NaN, and −0 + 0 is 0.
        for frame in 0..<count { y[frame] = late[frame] * gainOut }
      } else {
        for frame in 0..<count { y[frame] = (wet[frame] * mix + late[frame] * dryShare) * gainOut }
      }
      done += count
      read = 0
    }
  }

  /// The past of the dry signal.
  private func settle() {
    place = 0
    for channel in 0..<inputChannels {
      dry.channels[channel].update(repeating: restingInput[channel] * gainIn, count: dry.frames)
    }
  }

  public func reset() {
    processor.reset()
    settle()
  }

  public func copy() throws -> GainAndMix {
    GainAndMix(try processor.copy(), gainIn: gainIn, gainOut: gainOut, mix: mix, restingInput: restingInput)
  }
}
