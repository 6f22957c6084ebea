import AudioFiles

/// Where a signal comes from, block by block: a file, a pipe, rows of numbers.
protocol FrameSource: AnyObject {
  /// What people call it, for errors.
  var name: String { get }
  /// Frames delivered so far.
  var framesRead: Int64 { get }
  /// Fills the front of `samples` with whole frames, interleaved. Fewer than there is room for may come at any time;
  /// 0 only at the end.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int
  /// Called behind the last frame; throws when the input did not end with a whole one.
  func finish() throws
}

extension FrameSource {
  func finish() {}
}

/// Where a signal goes, block by block.
protocol FrameSink: AnyObject {
  /// Takes whole frames, interleaved.
  func write(_ samples: UnsafeBufferPointer<Float>) throws
}

extension AudioFileReader: FrameSource {
  var name: String { info.path }
}

extension AudioFileWriter: FrameSink {}

/// A source whose NaN and infinities are counted and treated as the policy says.
///
/// - Real time: nothing is allocated, apart from what the source does.
final class InspectedSource: FrameSource {
  /// NaN and infinities so far.
  private(set) var nonFiniteSamples = 0

  private let source: any FrameSource
  private let channels: Int
  private let policy: NonFinitePolicy
  /// What was found behind the frames that were given last.
  private var trouble: ProcessingError?

  init(_ source: any FrameSource, channels: Int, policy: NonFinitePolicy) {
    self.source = source
    self.channels = channels
    self.policy = policy
  }

  var name: String { source.name }
  var framesRead: Int64 { source.framesRead }

  /// - Throws: What the source throws; `ProcessingError.nonFinite`, when the frames before it were given.
  func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    if let trouble { throw trouble }
    let frames = try source.read(into: samples)
    for index in 0..<frames * channels where !samples[index].isFinite {
      nonFiniteSamples += 1
      switch policy {
      case .keep: break
      case .zero: samples[index] = 0
      case .error:
        let before = index / channels
        let error = ProcessingError.nonFinite(
          path: name, frame: source.framesRead - Int64(frames) + Int64(before))
        guard before > 0 else { throw error }
        trouble = error
        return before
      }
    }
    return frames
  }

  func finish() throws { try source.finish() }
}

/// A sink whose level is measured.
final class MeteredSink: FrameSink {
  /// Largest absolute finite sample so far.
  private(set) var peak: Float = 0
  private let sink: any FrameSink

  init(_ sink: any FrameSink) { self.sink = sink }

  func write(_ samples: UnsafeBufferPointer<Float>) throws {
    var peak = peak
    for sample in samples where abs(sample) > peak && sample.isFinite { peak = abs(sample) }
    self.peak = peak
    try sink.write(samples)
  }
}
