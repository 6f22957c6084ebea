import ByteFiles
import CSndFile

/// A part of an audio file, open to be read.
struct PartFile {
  let file: SoundFile
  /// Its frames, by its header, or counted.
  let frames: Int64

  /// Opens a part, and counts its frames if its header does not give them.
  /// - Throws: `file`, `notAudio`, `badHeader`, `tooManyChannels`, `truncated`; `readFailed` while counting.
  init(
    _ io: SoundFileIO, name: String, maximumChannels: Int, allowTruncated: Bool
  ) throws(AudioFileError) {
    let file = try Self.open(io, name: name)
    try Self.check(file.header, maximumChannels: maximumChannels, name: name)
    let isMPEG = Int(file.header.format) & SF_FORMAT_TYPEMASK == SF_FORMAT_MPEG
    let lacksLength = isMPEG && !io.statesMPEGLength
    guard lacksLength || file.header.frames == Int64.max else {
      (self.file, frames) = (file, max(0, file.header.frames))
      return
    }
    frames = try Self.countFrames(
      try Self.open(io.again(hidesEnd: true), name: name), name: name, allowTruncated: allowTruncated)
    self.file = try Self.open(io.again(hidesEnd: lacksLength), name: name)
  }

  /// Refuses parts that do not fit together.
  static func checkEqual(_ parts: [PartFile], name: String) throws(AudioFileError) {
    let first = parts[0].file.header
    for (index, part) in parts.enumerated() {
      let header = part.file.header
      guard header.channels == first.channels, header.samplerate == first.samplerate else {
        throw .partsDiffer(
          path: name, part: index + 1, parts: parts.count, expected: words(for: first), actual: words(for: header))
      }
    }
  }

  private static func words(for header: SF_INFO) -> String {
    "\(channelCount(Int(header.channels))) at \(header.samplerate) Hz"
  }

  /// Refuses numbers that no audio has.
  private static func check(
    _ header: SF_INFO, maximumChannels: Int, name: String
  ) throws(AudioFileError) {
    let channels = Int(header.channels)
    guard channels > 0 else {
      throw .badHeader(path: name, expected: "1 to 1024 channels", actual: channelCount(channels))
    }
    guard header.samplerate > 0 else {
      throw .badHeader(
        path: name, expected: "a positive sample rate", actual: "a sample rate of \(header.samplerate) Hz")
    }
    guard channels <= maximumChannels else {
      throw .tooManyChannels(path: name, expected: maximumChannels, actual: channels)
    }
  }

  /// Opens what libsndfile can read.
  private static func open(_ io: SoundFileIO, name: String) throws(AudioFileError) -> SoundFile {
    try SoundFile(io: io, mode: SFM_READ, header: SF_INFO()) { code, words in
      if let reason = io.failure { return .file(.unreadable(path: name, reason: reason)) }
      // Numbers of libsndfile's own list (common.h): SFE_CHANNEL_COUNT_ZERO, SFE_CHANNEL_COUNT, SFE_BAD_SF_INFO.
      return switch code {
      case 32: .badHeader(path: name, expected: "1 to 1024 channels", actual: "0 channels")
      case 33: .badHeader(path: name, expected: "1 to 1024 channels", actual: "more than 1024 channels")
      case 24:
        .badHeader(
          path: name, expected: "a positive sample rate", actual: "a sample rate of 0 Hz or beyond 2147483647 Hz")
      default: .notAudio(path: name, reason: words)
      }
    }
  }

  /// Counts frames by decoding, for the few files whose header does not give a length.
  private static func countFrames(
    _ file: SoundFile, name: String, allowTruncated: Bool
  ) throws(AudioFileError) -> Int64 {
    let channels = Int(file.header.channels)
    let blockFrames = max(1, 16_384 / channels)
    let block = UnsafeMutablePointer<Float>.allocate(capacity: blockFrames * channels)
    defer { block.deallocate() }
    var total: Int64 = 0
    while case let frames = file.read(block, frames: blockFrames), frames > 0 { total += Int64(frames) }
    if let trouble = file.trouble, !allowTruncated {
      throw .readFailed(path: name, atFrame: total, reason: trouble)
    }
    return total
  }
}
