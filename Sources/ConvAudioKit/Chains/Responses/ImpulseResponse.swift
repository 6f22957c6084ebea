import Signals
import AudioFiles
import Convolution
import ModelFormats
import Resampling
import StreamingConvolution

/// Impulse responses from an audio file, one per channel.
public struct ImpulseResponse: Sendable {
  /// The file they come from.
  public let path: String
  /// Sample rate in Hz.
  public let sampleRateHz: Int
  /// Samples, first frame first; all of equal length.
  public let channels: [[Float]]
  /// What reading the file changed, one sentence each.
  public let notes: [String]

  /// Longest response in frames: 93 minutes at 48 kHz, if memory allows.
  public static let maximumFrames = ResponseMatrix.maximumFrames

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - maximumBytes: Limit on the memory of the samples. Default: that of a convolution.
  ///   - truncated: What to do with a file that ends before its header says. Default: `.error`.
  /// - Throws: `AudioFileError`; `ImpulseResponseError.empty`, `.tooLong`, `.notFinite`.
  public init(
    path: String, maximumBytes: Int = ChainSettings().maximumMemoryBytes, truncated: TruncatedPolicy = .error
  ) throws {
    let reader = try AudioFileReader(path: path, allowTruncated: truncated == .keep)
    let info = reader.info
    guard info.frames > 0 else { throw ImpulseResponseError.empty(path: path) }
    let bytes = info.frames.multipliedReportingOverflow(by: Int64(info.channels * 4))
    guard info.frames <= Int64(Self.maximumFrames), !bytes.overflow, bytes.partialValue <= Int64(maximumBytes) else {
      throw ImpulseResponseError.tooLong(
        path: path, frames: info.frames, maximumFrames: min(Self.maximumFrames, maximumBytes / (4 * info.channels)))
    }
    let channels = try reader.readChannels(maximumFrames: Int(info.frames))
    for channel in channels {
      if let frame = channel.firstIndex(where: { !$0.isFinite }) {
        throw ImpulseResponseError.notFinite(path: path, frame: frame)
      }
    }
    guard !channels[0].isEmpty else { throw ImpulseResponseError.empty(path: path) }
    self.init(path: path, sampleRateHz: info.sampleRateHz, channels: channels, notes: reader.notes)
  }

  /// Responses in memory.
  /// - Precondition: At least one channel, all of one length.
  public init(path: String, sampleRateHz: Int, channels: [[Float]], notes: [String] = []) {
    self.path = path
    self.sampleRateHz = sampleRateHz
    self.channels = channels
    self.notes = notes
  }

  /// Frames of each channel.
  public var frames: Int { channels[0].count }
  /// Memory of the samples.
  var byteCount: Int { channels.count * frames * MemoryLayout<Float>.stride }

  /// Frames of silence before the first sound on any channel. They are kept.
  public var leadingSilenceFrames: Int {
    channels.map { $0.firstIndex { $0 != 0 } ?? $0.count }.min() ?? 0
  }

  /// The highest gain at any frequency over all channels, as a factor.
  public var peakGain: Double { channels.map { Convolution.peakGain(of: $0) }.max() ?? 0 }

  /// The most energy of a channel: the sum of its squares.
  public var energy: Double {
    channels.map { $0.reduce(0) { $0 + Double($1) * Double($1) } }.max() ?? 0
  }

  /// The same responses at another sample rate, and by how many frames their time 0 moved back.
  ///
  /// - Parameter maximumBytes: Limit on the memory of the conversion.
  /// - Throws: `ImpulseResponseError.resampling`; `.convolution` when it takes too much memory.
  func resampled(to rateHz: Int, maximumBytes: Int) throws -> (response: ImpulseResponse, leadFrames: Int) {
    guard rateHz != sampleRateHz else { return (self, 0) }
    do {
      // Doubles go in; doubles, and what they are rounded to, come out, twice at the most.
      let outputFrames = try RateRatio(from: sampleRateHz, to: rateHz).outputFrames(for: Int64(frames))
      let bytes = channels.count * (8 * frames + 20 * Int(outputFrames))
      guard bytes <= maximumBytes else {
        throw ImpulseResponseError.convolution(
          path: path, reason: .memory(maximumBytes: maximumBytes, actualBytes: bytes))
      }
      let resampled = try resampleImpulseResponse(channels, from: sampleRateHz, to: rateHz)
      return (
        ImpulseResponse(path: path, sampleRateHz: rateHz, channels: resampled.channels, notes: notes),
        resampled.leadFrames
      )
    } catch let error as ResamplingError {
      throw ImpulseResponseError.resampling(path: path, reason: error)
    }
  }

  /// The factor that normalises them; 1 for silence.
  /// - Parameter peakGain: Theirs, which the caller has already measured.
  func factor(for normalization: ResponseNormalization, peakGain: Double) -> Double {
    let level =
      switch normalization {
      case .none: 1.0
      case .peak: peakGain
      case .energy: energy.squareRoot()
      }
    return level > 0 ? 1 / level : 1
  }
}
