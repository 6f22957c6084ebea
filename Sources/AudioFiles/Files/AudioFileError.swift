import ByteFiles

/// Why a file cannot be read or written. Each description is one sentence: what is wrong, where, and what was
/// expected. None is recoverable; the reader or writer that threw cannot be used again.
public enum AudioFileError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be opened or created, or is not a file.
  case file(ByteFileError)
  /// The format is not recognised, or the header is broken.
  case notAudio(path: String, reason: String)
  /// A known format that cannot be read.
  case unsupported(path: String, format: String)
  /// The header gives an impossible number.
  case badHeader(path: String, expected: String, actual: String)
  /// More channels than the caller allows.
  case tooManyChannels(path: String, expected: Int, actual: Int)
  /// The header promises more frames than there are.
  case truncated(path: String, expectedFrames: Int64, actualFrames: Int64)
  /// Recordings that follow each other in one file have other channels or another sample rate than the first.
  case partsDiffer(path: String, part: Int, parts: Int, expected: String, actual: String)
  /// Reading or decoding failed in the middle of the file.
  case readFailed(path: String, atFrame: Int64, reason: String)
  /// The container cannot hold the requested audio.
  case cannotHold(container: AudioContainer, expected: String, actual: String)
  /// The file would exceed, or exceeded, the largest size of its container.
  case tooLong(container: AudioContainer, expectedBytes: Int64, actualBytes: Int64)
  /// Writing failed, on a full disk for instance; what was written is not usable.
  case writeFailed(path: String, reason: String)
  /// `finish` was already called, or an earlier write failed.
  case alreadyFinished(path: String)

  /// One sentence with the file and what was expected.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .notAudio(let path, let reason):
      "\(path): is not readable audio (\(reason)); expected WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus or MP3."
    case .unsupported(let path, let format):
      "\(path): is \(format), which cannot be read; convert it to FLAC or WAV, with ffmpeg for example."
    case .badHeader(let path, let expected, let actual):
      "\(path): the header gives \(actual), expected \(expected)."
    case .tooManyChannels(let path, let expected, let actual):
      "\(path): \(tooMany(expected: expected, actual: actual))."
    case .truncated(let path, let expected, let actual):
      "\(path): is truncated: the header promises \(expected) frames and only \(actual) can be read."
    case .partsDiffer(let path, let part, let parts, let expected, let actual):
      "\(path): recording \(part) of the \(parts) in this file has \(actual), expected \(expected) like the first; split the file first."
    case .readFailed(let path, let frame, let reason):
      "\(path): cannot be decoded from frame \(frame) on: \(reason)."
    case .cannotHold(let container, let expected, let actual):
      "\(container.displayName) cannot hold \(actual), expected \(expected)."
    case .tooLong(let container, let expected, let actual):
      "\(container.displayName) cannot hold \(actual) bytes, expected at most \(expected); W64, RF64, CAF and FLAC can."
    case .writeFailed(let path, let reason):
      "\(path): writing failed: \(reason)."
    case .alreadyFinished(let path):
      "\(path): is already finished, or failed before, and takes no more frames."
    }
  }
}
