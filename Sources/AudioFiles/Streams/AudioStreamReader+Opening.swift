import ByteFiles

/// Checks before the first frame.
extension AudioStreamReader {
  /// Refuses numbers that no stream can have, before anything is read.
  static func checkRequest(
    name: String, sampleRateHz: Int?, channels: Int?, maximumChannels: Int
  ) throws(AudioStreamError) {
    if let sampleRateHz, !(1...Int(Int32.max)).contains(sampleRateHz) {
      throw .outOfRange(
        name: name, expected: "1 to 2147483647 Hz", actual: "a sample rate of \(sampleRateHz) Hz")
    }
    if let channels, channels < 1 {
      throw .outOfRange(name: name, expected: "at least 1", actual: channelCount(channels))
    }
    guard maximumChannels >= 1 else {
      throw .outOfRange(name: name, expected: "at least 1", actual: "a limit of \(channelCount(maximumChannels))")
    }
  }

  /// Describes raw samples by what the caller says.
  static func rawInfo(
    name: String, samples: RawSampleFormat, sampleRateHz: Int?, channels: Int?
  ) throws(AudioStreamError) -> AudioStreamInfo {
    guard let sampleRateHz, let channels else {
      let missing = [sampleRateHz == nil ? "a sample rate" : nil, channels == nil ? "a number of channels" : nil]
        .compactMap(\.self)
      throw .missing(name: name, format: samples, expected: missing.joined(separator: " and "))
    }
    return AudioStreamInfo(
      format: .raw(samples), encoding: samples.encoding, sampleRateHz: sampleRateHz, channels: channels)
  }

  /// Checks the first bytes without consuming them, except for an ID3v2 tag before them.
  static func expectWAV(_ source: StreamSource, name: String, isAsked: Bool) throws {
    try skipTag(source, name: name)
    _ = try source.require(ByteFormat.bytes)
    let start = source.prefix(ByteFormat.bytes)
    switch ByteFormat(start: start) {
    case .wave: return
    case let other?: throw AudioStreamError.otherFormat(name: name, actual: other.name, remedy: other.remedy)
    case nil:
      guard !start.isEmpty else { throw AudioStreamError.empty(name: name) }
      guard !isWAVCutShort(start) else {
        throw AudioStreamError.truncatedHeader(name: name, afterBytes: Int64(start.count))
      }
      guard isAsked else { throw AudioStreamError.unrecognised(name: name) }
      let hexadecimal = start.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      throw AudioStreamError.notWAV(name: name, actual: "the bytes " + hexadecimal.joined(separator: " "))
    }
  }

  /// Skips an ID3v2 tag, which some programs put before WAV. Whatever else follows it is not read here.
  private static func skipTag(_ source: StreamSource, name: String) throws {
    guard try source.require(10), case let tag = source.prefix(10), tag.starts(with: "ID3".utf8) else { return }
    let bytes = WAVLayout.tagBytes(tag)
    guard bytes <= WAVHeaderParser.maximumBytes, try source.skip(bytes), try source.require(ByteFormat.bytes),
      ByteFormat(start: source.prefix(ByteFormat.bytes)) != nil
    else { throw AudioStreamError.otherFormat(name: name, actual: ByteFormat.mpeg.name, remedy: ByteFormat.mpeg.remedy) }
  }

  /// The error if raw samples were asked for and the input is a file of some format.
  func notRaw(_ found: ByteFormat) -> AudioStreamError {
    .notRaw(name: name, format: info.format, actual: found.name, remedy: found.remedy)
  }

  /// Whether the source ended within the first twelve bytes of a WAV header.
  private static func isWAVCutShort(_ start: [UInt8]) -> Bool {
    guard (4..<ByteFormat.bytes).contains(start.count) else { return false }
    return ["RIFF", "RF64", "BW64"].contains { start[..<4].elementsEqual($0.utf8) }
  }

  /// Refuses a header that contradicts the caller.
  static func check(
    _ info: AudioStreamInfo, name: String, sampleRateHz: Int?, channels: Int?
  ) throws(AudioStreamError) {
    if let sampleRateHz, sampleRateHz != info.sampleRateHz {
      throw .contradiction(name: name, expected: "\(sampleRateHz) Hz", actual: "\(info.sampleRateHz) Hz")
    }
    if let channels, channels != info.channels {
      throw .contradiction(name: name, expected: channelCount(channels), actual: channelCount(info.channels))
    }
  }
}
