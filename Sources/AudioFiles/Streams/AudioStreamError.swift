/// Why a stream cannot be read or written. Each description is one sentence: what is wrong, where, and what was
/// expected. None is recoverable, but everything before a `shortFrame` or `truncated` was delivered.
public enum AudioStreamError: Error, Equatable, CustomStringConvertible {
  /// The source ended before its first byte, so that no format can be recognised.
  case empty(name: String)
  /// No format was given, and the first bytes match no known format.
  case unrecognised(name: String)
  /// A format that must be read from a file, or converted by another program first; `remedy` says how.
  case otherFormat(name: String, actual: String, remedy: String)
  /// Raw samples were expected, but the bytes begin like a file of some format.
  case notRaw(name: String, format: AudioStreamFormat, actual: String, remedy: String)
  /// WAV was expected, but the bytes are something else.
  case notWAV(name: String, actual: String)
  /// The header gives an impossible number.
  case badHeader(name: String, expected: String, actual: String)
  /// WAV with an unsupported encoding; `remedy` says how to convert it.
  case otherEncoding(name: String, actual: String, remedy: String)
  /// The source ended before the samples began.
  case truncatedHeader(name: String, afterBytes: Int64)
  /// More bytes before the samples than any program writes.
  case headerTooLong(name: String, expectedBytes: Int64, actualBytes: Int64)
  /// The format of raw samples was not fully given.
  case missing(name: String, format: RawSampleFormat, expected: String)
  /// The caller asked for an impossible rate, number of channels or limit.
  case outOfRange(name: String, expected: String, actual: String)
  /// The header differs from what the caller asked for.
  case contradiction(name: String, expected: String, actual: String)
  /// More channels than the caller allows.
  case tooManyChannels(name: String, expected: Int, actual: Int)
  /// The source ended before the frames that its header promises.
  case truncated(name: String, expectedFrames: Int64, actualFrames: Int64)
  /// The source ended within a frame.
  case shortFrame(name: String, frame: Int64, expectedBytes: Int, actualBytes: Int)
  /// The output format cannot hold the requested audio.
  case cannotHold(format: AudioStreamFormat, expected: String, actual: String)

  /// One sentence with the stream and what was expected.
  public var description: String {
    switch self {
    case .empty(let name):
      "\(name): is empty, expected WAV, or raw samples of a format that is named."
    case .unrecognised(let name):
      "\(name): is not recognised by its first bytes; WAV is, and raw samples need a format, a sample rate and a number of channels."
    case .otherFormat(let name, let actual, let remedy):
      "\(name): is \(actual), expected WAV or raw samples; \(remedy)."
    case .notRaw(let name, let format, let actual, let remedy):
      "\(name): is \(actual), expected \(format.displayName) samples; \(remedy)."
    case .notWAV(let name, let actual):
      "\(name): begins with \(actual), expected a WAV header (RIFF, RF64 or BW64)."
    case .badHeader(let name, let expected, let actual):
      "\(name): the WAV header gives \(actual), expected \(expected)."
    case .otherEncoding(let name, let actual, let remedy):
      "\(name): the WAV holds \(actual), expected PCM of 8, 16, 24 or 32 bits, or floats; \(remedy)."
    case .truncatedHeader(let name, let bytes):
      "\(name): ends after \(bytes) bytes, expected a whole WAV header and its data chunk."
    case .headerTooLong(let name, let expected, let actual):
      "\(name): the WAV header claims \(actual) bytes before the samples, expected at most \(expected)."
    case .missing(let name, let format, let expected):
      "\(name): raw \(format.rawValue) samples have no header, expected \(expected)."
    case .outOfRange(let name, let expected, let actual):
      "\(name): cannot have \(actual), expected \(expected)."
    case .contradiction(let name, let expected, let actual):
      "\(name): the WAV header gives \(actual), expected \(expected) as requested."
    case .tooManyChannels(let name, let expected, let actual):
      "\(name): \(tooMany(expected: expected, actual: actual))."
    case .truncated(let name, let expected, let actual):
      "\(name): is truncated: the header promises \(expected) frames and only \(actual) came."
    case .shortFrame(let name, let frame, let expected, let actual):
      "\(name): ends within frame \(frame), counted from 0: expected \(expected) bytes, and \(actual) came."
    case .cannotHold(let format, let expected, let actual):
      "\(format.displayName) cannot hold \(actual), expected \(expected)."
    }
  }
}

extension AudioStreamFormat {
  /// The name in messages.
  var displayName: String {
    switch self {
    case .wav: "WAV"
    case .raw(let format): "raw \(format.rawValue)"
    }
  }
}
