import ArrayFiles
import AudioFiles

/// Where frames come from, block by block.
package protocol FrameSource: AnyObject {
  /// Its name in errors.
  var name: String { get }
  /// Frames delivered so far.
  var framesRead: Int64 { get }
  /// Fills the start of `samples` with whole frames, interleaved. May return fewer frames than fit; 0 only at the
  /// end.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int
  /// Called after the last frame; throws when the input did not end with a whole one.
  func finish() throws
}

extension FrameSource {
  package func finish() {}
}

/// Where frames go, block by block.
package protocol FrameSink: AnyObject {
  /// Takes whole frames, interleaved.
  func write(_ samples: UnsafeBufferPointer<Float>) throws
}

/// A sink that can do most of its work on frames on any thread, before it is their turn.
package protocol PreparingSink: FrameSink {
  /// Changes whole frames, interleaved, to what `write(prepared:)` takes. Safe on any thread.
  /// - Parameter frames: Frames that come before these.
  func prepare(_ samples: UnsafeMutableBufferPointer<Float>, after frames: Int64) -> SampleFacts
  /// Takes whole frames that were prepared for this place.
  /// - Parameter found: What `prepare` returned; nothing for the rest of frames that are written in pieces.
  func write(prepared samples: UnsafeBufferPointer<Float>, _ found: SampleFacts) throws
}

extension AudioFileReader: FrameSource {
  package var name: String { info.path }
}

extension AudioStreamReader: FrameSource {}
extension AudioFileWriter: PreparingSink {}
extension AudioStreamWriter: FrameSink {}
extension NumberRowWriter: FrameSink {}

/// Rows as frames, one at a time, so that each is processed as soon as it arrives.
final class RowSource: FrameSource {
  let name: String
  private let reader: NumberRowReader
  var framesRead: Int64 { reader.rowsRead }

  init(_ reader: NumberRowReader, name: String) {
    self.reader = reader
    self.name = name
  }

  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    try reader.read(into: UnsafeMutableBufferPointer(rebasing: samples[..<reader.layout.columns])) ? 1 : 0
  }
}

/// A source whose NaN and infinities are counted, replaced or refused.
///
/// - Real time: nothing is allocated, apart from what the source does.
final class InspectedSource: FrameSource {
  /// NaN and infinities so far.
  private(set) var nonFiniteSamples = 0
  /// NaN that was replaced as a missing value.
  private(set) var filledSamples = 0

  private let source: any FrameSource
  private let channels: Int
  private let policy: NonFinitePolicy
  /// nil and `.error` replace nothing.
  private let missing: MissingPolicy?
  /// Whether NaN is a missing value that a later stage fills in, so that the policy is about infinities alone.
  private let keepsNaN: Bool
  /// The last frame of the last block, where missing values are held.
  private var held: [Float]
  /// The error found after the frames that were delivered last.
  private var trouble: SignalError?

  init(
    _ source: any FrameSource, channels: Int, policy: NonFinitePolicy, missing: MissingPolicy? = nil,
    keepsNaN: Bool = false
  ) {
    self.source = source
    self.channels = channels
    self.policy = policy
    self.missing = missing == .error ? nil : missing
    self.keepsNaN = keepsNaN
    held = [Float](repeating: 0, count: channels)
  }

  var name: String { source.name }
  var framesRead: Int64 { source.framesRead }

  /// - Throws: What the source throws; `SignalError.nonFinite`, after the frames before it were delivered.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    if let trouble { throw trouble }
    let frames = try source.read(into: samples)
    if missing != nil { fill(samples, count: frames * channels) }
    for index in 0..<frames * channels where !samples[index].isFinite {
      if keepsNaN, samples[index].isNaN { continue }
      nonFiniteSamples += 1
      switch policy {
      case .keep: break
      case .zero: samples[index] = 0
      case .error:
        let before = index / channels
        let error = SignalError.nonFinite(name: name, frame: source.framesRead - Int64(frames) + Int64(before))
        guard before > 0 else { throw error }
        trouble = error
        return before
      }
    }
    return frames
  }

  private func fill(_ samples: UnsafeMutableBufferPointer<Float>, count: Int) {
    for index in 0..<count where samples[index].isNaN {
      filledSamples += 1
      samples[index] = missing == .zero ? 0 : index < channels ? held[index] : samples[index - channels]
    }
    guard count >= channels else { return }
    for channel in 0..<channels { held[channel] = samples[count - channels + channel] }
  }

  func finish() throws { try source.finish() }
}

/// A sink whose level is measured.
package final class MeteredSink: PreparingSink {
  /// Largest absolute finite sample so far.
  package private(set) var peak: Float = 0
  private let sink: any PreparingSink

  package init(_ sink: any PreparingSink) { self.sink = sink }

  package func write(_ samples: UnsafeBufferPointer<Float>) throws {
    peak = max(peak, Self.peak(of: samples))
    try sink.write(samples)
  }

  package func prepare(_ samples: UnsafeMutableBufferPointer<Float>, after frames: Int64) -> SampleFacts {
    let peak = Self.peak(of: UnsafeBufferPointer(samples))
    var found = sink.prepare(samples, after: frames)
    found.peak = peak
    return found
  }

  package func write(prepared samples: UnsafeBufferPointer<Float>, _ found: SampleFacts) throws {
    peak = max(peak, found.peak)
    try sink.write(prepared: samples, found)
  }

  /// The largest absolute finite sample.
  package static func peak(of samples: UnsafeBufferPointer<Float>) -> Float {
    var peak: Float = 0
    for sample in samples where abs(sample) > peak && sample.isFinite { peak = abs(sample) }
    return peak
  }
}
