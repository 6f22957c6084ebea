import AudioFiles
import Convolution
import ModelFormats
import Resampling
import StreamingConvolution

/// Impulse responses from an audio file: one a channel.
public struct ImpulseResponse: Sendable {
  /// Where they come from.
  public let path: String
  /// Frames a second.
  public let sampleRateHz: Int
  /// Samples, first frame first; all of equal length.
  public let channels: [[Float]]
  /// Sentences about what reading the file changed.
  public let notes: [String]

  /// The longest response that is read: 93 minutes at 48 kHz, if memory allows.
  public static let maximumFrames = ResponseMatrix.maximumFrames

  /// Reads a file.
  ///
  /// - Parameter maximumBytes: What the samples may take. Default: what a convolution may take.
  /// - Throws: `AudioFileError`; `ImpulseResponseError` for one that is empty, too long, or has NaN or infinity in it.
  public init(path: String, maximumBytes: Int = ChainSettings().maximumMemoryBytes) throws {
    let reader = try AudioFileReader(path: path)
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

  /// Responses that are there already.
  /// - Precondition: At least one channel, all of one length.
  public init(path: String, sampleRateHz: Int, channels: [[Float]], notes: [String] = []) {
    self.path = path
    self.sampleRateHz = sampleRateHz
    self.channels = channels
    self.notes = notes
  }

  /// Frames of each channel.
  public var frames: Int { channels[0].count }

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

  /// The same at another rate, and by how many frames its time 0 has become later.
  ///
  /// - Parameter maximumBytes: What the conversion may take.
  /// - Throws: `ImpulseResponseError.resampling`, `.convolution` for want of memory.
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

  /// The factor that brings them to a level; 1 for silence, which no factor brings anywhere.
  /// - Parameter peakGain: Theirs, which takes time to find.
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

/// Why impulse responses cannot be used.
public enum ImpulseResponseError: Error, Equatable, Sendable {
  /// There are no frames in the file.
  case empty(path: String)
  /// There are too many.
  case tooLong(path: String, frames: Int64, maximumFrames: Int)
  /// A sample is NaN or infinite.
  case notFinite(path: String, frame: Int)
  /// The channels of file and signal do not fit the routing.
  case routing(path: String, routing: String, expected: String, responses: Int, signal: Int)
  /// A path names a channel that the file has not.
  case path(path: String, index: Int, expected: Int, actual: Int)
  /// The rate of the signal is out of reach.
  case resampling(path: String, reason: ResamplingError)
  /// Plan, memory, latency.
  case convolution(path: String, reason: ResponseError)
}

extension ImpulseResponseError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty(let path): "\(path): has no frames, expected an impulse response of at least one."
    case .tooLong(let path, let frames, let maximum):
      "\(path): has \(frames) frames, expected an impulse response of at most \(maximum) (--max-memory)."
    case .notFinite(let path, let frame):
      "\(path): is NaN or infinite at frame \(frame), expected an impulse response of finite samples."
    case .routing(let path, let routing, let expected, let responses, let signal):
      "\(path): has \(counted(responses, "channel")) and the signal \(signal), but \(routing) takes \(expected)."
    case .path(let path, let index, let expected, let actual):
      "\(path): paths[\(index)] names response \(actual), but the file has \(counted(expected, "channel")), counted from 0."
    case .resampling(let path, let reason): "\(path): cannot be brought to the signal's rate: \(reason)"
    case .convolution(let path, .memory(let maximum, let actual)):
      "\(path): the convolution needs \(actual) bytes of memory, but --max-memory allows \(maximum)."
    case .convolution(let path, let reason): "\(path): \(reason)."
    }
  }
}

/// A number of things, in words.
func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
