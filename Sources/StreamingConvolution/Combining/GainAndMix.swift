import CConvolutionKernels
import Convolution

/// A processor between two gains, with some of its own input beside its output.
///
/// ```
/// out[t] = gainOut · (mix · processor(gainIn · x)[t] + (1 − mix) · gainIn · x[t − latency])
/// ```
/// - Units: gains are factors, not decibels; mix is 0 (dry) to 1 (wet, the default).
/// - Channels: as many out as in, or one in, which is then the dry signal of all.
/// - Streaming: latency, history and tail of the processor; the dry signal is late by the same latency.
public final class GainAndMix: BlockProcessor {
  private let processor: any BlockProcessor
  private let gainIn: Float
  private let gainOut: Float
  private let mix: Float
  /// The dry signal of one block behind the `latencyFrames` frames before it.
  private let dry: PlanarMemory
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

  /// - Precondition: The processor can be mixed, or need not; it keeps the rate and takes any block.
  public init(_ processor: any BlockProcessor, gainIn: Float = 1, gainOut: Float = 1, mix: Float = 1) {
    precondition(
      (mix == 1 || Self.canMix(processor)) && processor.rate == .unity && processor.grainFrames == 1,
      "what is mixed with its input has as many channels, or one, and as many frames")
    precondition((0...1).contains(mix), "mix is a share")
    self.processor = processor
    self.gainIn = gainIn
    self.gainOut = gainOut
    self.mix = mix
    dry = PlanarMemory(
      channels: processor.inputChannels, frames: processor.latencyFrames + processor.maximumBlockFrames)
    wet = PlanarMemory(channels: processor.outputChannels, frames: processor.maximumBlockFrames)
    scaled =
      processor.inputChannels == processor.outputChannels
      ? wet : PlanarMemory(channels: processor.inputChannels, frames: processor.maximumBlockFrames)
  }

  /// What comes out for ever of a processor that gives `wet` while `dry`, gained in, goes in.
  public static func resting(wet: Float, dry: Float, mix: Float, gainOut: Float) -> Float {
    // As in `process`, to the bit.
    mix == 1 ? wet * gainOut : mix == 0 ? dry * gainOut : (wet * mix + dry * (1 - mix)) * gainOut
  }

  @discardableResult
  public func process(_ input: InputChannels, into output: OutputChannels, frames: Int) -> Int {
    let denormals = cck_flush_denormals()
    defer { cck_restore_denormals(denormals) }
    let latency = latencyFrames
    for channel in 0..<inputChannels {
      let (x, late, scaled) = (input[channel], dry.channels[channel], scaled.channels[channel])
      for frame in 0..<frames {
        let sample = x[frame] * gainIn
        late[latency + frame] = sample
        scaled[frame] = sample
      }
    }
    _ = processor.process(scaled.readableChannels, into: wet.channels, frames: frames)
    let dryShare = 1 - mix
    let isFannedOut = inputChannels != outputChannels
    for channel in 0..<outputChannels {
      let late = UnsafePointer(dry.channels[isFannedOut ? 0 : channel])
      let (processed, y) = (wet.channels[channel], output[channel])
      if dryShare == 0 {
        for frame in 0..<frames { y[frame] = processed[frame] * gainOut }
      } else if mix == 0 {
        // Not the sum below: NaN and infinity times 0 are NaN, and −0 + 0 is 0.
        for frame in 0..<frames { y[frame] = late[frame] * gainOut }
      } else {
        for frame in 0..<frames { y[frame] = (processed[frame] * mix + late[frame] * dryShare) * gainOut }
      }
    }
    for channel in 0..<inputChannels {
      let late = dry.channels[channel]
      late.update(from: late + frames, count: latency)
    }
    return frames
  }

  public func reset() {
    processor.reset()
    for channel in 0..<inputChannels { dry.channels[channel].update(repeating: 0, count: latencyFrames) }
  }

  public func copy() throws -> GainAndMix {
    GainAndMix(try processor.copy(), gainIn: gainIn, gainOut: gainOut, mix: mix)
  }
}
