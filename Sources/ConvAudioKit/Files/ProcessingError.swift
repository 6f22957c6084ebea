import AudioFiles
import Resampling

/// Why a file cannot be processed.
public enum ProcessingError: Error, Equatable, Sendable {
  /// The file has another rate than the preset was made for, and the settings refuse to convert it.
  case sampleRate(path: String, expectedHz: Int, actualHz: Int, preset: String)
  /// The file cannot be brought to the preset's rate.
  case resampling(path: String, preset: String, reason: ResamplingError)
  /// The preset cannot be brought to the file's rate.
  case stretching(path: String, preset: String, reason: StretchingError)
  /// There is nothing to process.
  case empty(path: String)
  /// The input has NaN or infinities, and the settings refuse them.
  case nonFinite(path: String, frame: Int64)
  /// The extension names no container.
  case unknownExtension(path: String)
  /// The file has other channels than the preset takes.
  case channels(path: String, expected: Int, actual: Int, preset: String)
  /// The output's container cannot hold what was asked for.
  case format(path: String, reason: AudioFileError)
  /// What is mixed or adjusted must keep its channels.
  case channelsChange(preset: String, expected: Int, actual: Int)
  /// Somebody asked to stop.
  case cancelled(path: String)
}

extension ProcessingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sampleRate(let path, let expected, let actual, let preset):
      "\(path): has a sample rate of \(actual) Hz, but preset \(preset) was made for \(expected) Hz; --rate-policy resample "
        + "converts it there and back."
    case .resampling(let path, let preset, let reason):
      "\(path): cannot be brought to the rate of preset \(preset) and back: \(reason)"
    case .stretching(let path, let preset, let reason):
      "\(path): preset \(preset) cannot be dilated for its rate: \(reason.description.dropLast()); --rate-policy resample "
        + "converts the file there and back."
    case .empty(let path): "\(path): has no frames, expected at least one."
    case .nonFinite(let path, let frame):
      "\(path): has a sample that is NaN or infinite at frame \(frame); --non-finite zero or keep lets it through."
    case .unknownExtension(let path):
      "\(path): its extension names no format; expected wav, rf64, w64, aiff, caf, au, flac, ogg, opus or mp3, or --format."
    case .channels(let path, let expected, let actual, let preset):
      "\(path): has \(actual == 1 ? "1 channel" : "\(actual) channels"), but preset \(preset) takes \(expected)."
    case .format(let path, let reason): "\(path): \(reason)"
    case .channelsChange(let preset, let expected, let actual):
      "preset \(preset): makes \(actual) channels of \(expected), so that its input cannot be mixed with its output."
    case .cancelled(let path): "\(path): interrupted; nothing was written."
    }
  }
}
