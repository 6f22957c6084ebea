import Convolution
import StreamingConvolution

/// The outputs of a processor, usually a layer of a network, pooled over windows: a trained network as a feature
/// extractor.
///
/// - Shapes: `inputChannels` → rows with one number per kind of pooling and output channel.
/// - Streaming: latency is compensated, so a row's frames are those of the input; a row is ready `latencyFrames` after
///   its last frame.
/// - Numerics: means in double precision, in the order of the frames.
public final class PooledOutputs: HopFeatures {
  /// How a window of one channel becomes a number.
  public enum Pooling: String, CaseIterable, Sendable {
    /// The mean.
    case mean
    /// The largest value.
    case max
    /// The last value.
    case last
    /// The share of values above 0.
    case ppv
  }

  public var channels: Int { processor.inputChannels }
  public let names: [String]
  private let processor: any BlockProcessor
  private let poolings: [Pooling]
  private let cutter: PlanarCutter
  private let block: [AlignedMemory]
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let shifted: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// The current position in each input channel.
  private let inputs: UnsafeMutablePointer<UnsafePointer<Float>>
  private let row: AlignedMemory
  private var framesToDrop: Int
  private var framesIn = 0

  /// - Parameters:
  ///   - processor: Newly made or reset, with rate 1; owned by this object from now on.
  ///   - layer: Used in the names of columns: `mean_LAYER_c0`.
  /// - Throws: `FeatureError`.
  public init(
    _ processor: any BlockProcessor, poolings: [Pooling], layer: String, windowFrames: Int, hopFrames: Int
  ) throws(FeatureError) {
    guard processor.rate == .unity, processor.grainFrames == 1 else {
      throw .invalidParameters(
        place: "the processor", expected: "one output frame per input frame", actual: "\(processor.rate)")
    }
    guard !poolings.isEmpty, Set(poolings).count == poolings.count else {
      throw .invalidParameters(
        place: "the poolings", expected: "at least one, each at most once",
        actual: poolings.isEmpty ? "none" : poolings.map(\.rawValue).joined(separator: ","))
    }
    self.processor = processor
    self.poolings = poolings
    let count = processor.outputChannels
    cutter = try PlanarCutter(channels: count, windowFrames: windowFrames, hopFrames: hopFrames)
    block = (0..<count).map { _ in AlignedMemory(count: processor.maximumOutputFrames + 64) }
    outputs = .allocate(capacity: count)
    shifted = .allocate(capacity: count)
    outputs.initialize(from: block.map(\.base), count: count)
    shifted.initialize(from: block.map(\.base), count: count)
    inputs = .allocate(capacity: processor.inputChannels)
    inputs.initialize(repeating: UnsafePointer(block[0].base), count: processor.inputChannels)
    names = poolings.flatMap { pooling in (0..<count).map { "\(pooling.rawValue)_\(layer)_c\($0)" } }
    row = AlignedMemory(count: names.count)
    framesToDrop = processor.latencyFrames
  }

  deinit {
    outputs.deallocate()
    shifted.deallocate()
    inputs.deallocate()
  }

  public var framesToNextRow: Int { cutter.framesToNextWindow + framesToDrop }

  public func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws {
    var done = 0
    while done < frames {
      let count = min(frames - done, processor.maximumBlockFrames)
      for channel in 0..<channels { inputs[channel] = input[channel] + done }
      try run(frames: count, body)
      done += count
    }
    framesIn += frames
  }

  public func finish(_ body: (HopRow) throws -> Void) throws {
    let zeros = AlignedMemory(count: processor.maximumBlockFrames)
    for channel in 0..<channels { inputs[channel] = UnsafePointer(zeros.base) }
    var owed = processor.latencyFrames
    while owed > 0 {
      let count = min(owed, processor.maximumBlockFrames)
      try run(frames: count, body)
      owed -= count
    }
    guard framesIn >= cutter.windowFrames else {
      throw FeatureError.tooShort(series: 0, expected: cutter.windowFrames, actual: framesIn)
    }
  }

  /// Runs the processor over `inputs`.
  private func run(frames: Int, _ body: (HopRow) throws -> Void) throws {
    let written = processor.process(inputs, into: outputs, frames: frames)
    let dropped = min(framesToDrop, written)
    framesToDrop -= dropped
    for channel in block.indices { shifted[channel] = outputs[channel] + dropped }
    try cutter.push(shifted, frames: written - dropped) { windows, start in
      for (index, pooling) in poolings.enumerated() {
        for channel in block.indices {
          row.base[index * block.count + channel] = pool(windows[channel]!, pooling)
        }
      }
      try body(
        HopRow(
          values: UnsafeBufferPointer(start: row.base, count: names.count), start: start,
          end: start + cutter.windowFrames))
    }
  }

  private func pool(_ x: UnsafePointer<Float>, _ pooling: Pooling) -> Float {
    let count = cutter.windowFrames
    switch pooling {
    case .last: return x[count - 1]
    case .mean:
      var sum = 0.0
      for index in 0..<count { sum += Double(x[index]) }
      return Float(sum / Double(count))
    case .max:
      var largest = x[0]
      // A NaN is never replaced.
      for index in 1..<Swift.max(1, count) where !(x[index] <= largest) && !largest.isNaN { largest = x[index] }
      return largest
    case .ppv:
      var positive = 0
      for index in 0..<count where x[index] > 0 { positive += 1 }
      return Float(Double(positive) / Double(count))
    }
  }
}
