import ByteFiles
import CSndFile

/// Reads an audio file block by block as interleaved Float32.
///
/// ```swift
/// let reader = try AudioFileReader(path: "in.wav")
/// var block = [Float](repeating: 0, count: 4096 * reader.info.channels)
/// while true {
///   let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
///   guard frames > 0 else { break }
///   use(block[..<(frames * reader.info.channels)])
/// }
/// ```
/// - Units: full scale is ±1. Integers of up to 24 bits are exact (value / 2^(bits − 1)); 32-bit integers and
///   doubles are rounded to Float32, and a note says so; floats are never rescaled.
/// - Truncation: a file with fewer frames than its header promises is an error, at once if the header shows it
///   (WAV, RF64, BW64, W64, AIFF, CAF, AU) and at the end of the data if only decoding does (FLAC, MP3). With
///   `allowTruncated` the existing frames are delivered, and a note says so. An Ogg stream cut between two pages looks
///   like a shorter one and is read as such. A file whose length field is a placeholder, because it was written to a
///   pipe, is read to its end. A truncated CAF file is always an error: libsndfile does not open it.
/// - WAV in all its forms is walked chunk by chunk (`WAVLayout`); libsndfile gets format and samples.
/// - Memory: one block of libsndfile's own, whatever the file's length. No allocation in `read` after the first
///   calls.
/// - One thread at a time.
package final class AudioFileReader {
  /// What the header says.
  package let info: AudioFileInfo
  /// Sentences about what reading changes or could not keep, for people. Complete after the last `read`.
  package private(set) var notes: [String]
  /// Frames delivered so far.
  package private(set) var framesRead: Int64 = 0

  private let file: SoundFile
  private let allowTruncated: Bool
  private var isAtEnd = false

  /// Opens a file and reads its header.
  ///
  /// - Parameters:
  ///   - name: The file's name in `info` and in errors. Default: its path.
  ///   - maximumChannels: More channels are an error. Default 64.
  ///   - allowTruncated: Whether to read a truncated file as far as it goes. Default false.
  /// - Throws: `file`, `notAudio`, `badHeader`, `tooManyChannels`, `truncated`; `readFailed`
  ///   if the length had to be counted and decoding failed.
  package init(
    path: String, name: String? = nil, maximumChannels: Int = 64, allowTruncated: Bool = false
  ) throws(AudioFileError) {
    let name = name ?? path
    var (file, wav) = try Self.open(path: path, name: name)
    let header = file.header
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
    let format = Int(header.format)
    let (encoding, exactBits) = SampleEncoding.decoded(sndfileFormat: format)
    let text = file.text()
    var notes: [String] = []
    var frames = max(0, header.frames)

    let isMPEGWithoutLength = format & SF_FORMAT_TYPEMASK == SF_FORMAT_MPEG && !file.io.statesMPEGLength
    if frames == Int64.max || isMPEGWithoutLength {
      frames = try Self.countFrames(path: path, name: name, channels: channels, allowTruncated: allowTruncated)
      (file, wav) = try Self.open(path: path, name: name, hidesEnd: isMPEGWithoutLength)
    }
    let frameBytes = Int64(channels * (encoding.bytesPerSample ?? 1))
    let length = wav.map(DeclaredLength.init) ?? DeclaredLength.find(in: file.io)
    // Chunks are walked exactly in WAV, so that a byte less counts.
    if let length, length.isTruncated(smallestLoss: wav == nil ? frameBytes : 1) {
      let expected =
        encoding.bytesPerSample != nil
        ? (length.declaredBytes + frameBytes - 1) / frameBytes
        : Int64(Double(frames) * Double(length.declaredBytes) / Double(max(1, length.presentBytes)))
      guard allowTruncated else { throw .truncated(path: name, expectedFrames: expected, actualFrames: frames) }
      notes.append(Self.truncationNote(expected: expected, actual: frames))
    }
    if wav?.hasSecondData == true { notes.append("a second data chunk is ignored") }
    if let note = encoding.readingNote(exactBits: exactBits) { notes.append(note) }
    self.file = file
    self.allowTruncated = allowTruncated
    self.notes = notes
    info = AudioFileInfo(
      path: name, container: AudioContainer(sndfileFormat: format), encoding: encoding,
      sampleRateHz: Int(header.samplerate), channels: channels, frames: frames, text: text, exactBits: exactBits)
  }

  /// Reads the next frames, interleaved.
  ///
  /// - Parameter samples: Room for `samples.count / info.channels` frames.
  /// - Returns: Frames read; 0 at the end, and only there.
  /// - Throws: `readFailed`, `truncated`.
  /// - Precondition: Room for at least one frame.
  package func read(into samples: UnsafeMutableBufferPointer<Float>) throws(AudioFileError) -> Int {
    let room = samples.count / info.channels
    guard let base = samples.baseAddress, room > 0 else { preconditionFailure("no room for a frame") }
    guard !isAtEnd else { return 0 }
    let frames = max(0, file.read(base, frames: room))
    framesRead += Int64(frames)
    if frames < room { try checkEnd(isEmpty: frames == 0) }
    return frames
  }

  /// Finds out whether a short read is the end of the file or damage.
  private func checkEnd(isEmpty: Bool) throws(AudioFileError) {
    let trouble = file.trouble
    if file.io.failure != nil, let trouble {
      throw .readFailed(path: info.path, atFrame: framesRead, reason: trouble)
    }
    guard framesRead < info.frames else {
      isAtEnd = isEmpty
      return
    }
    // Some decoders deliver fewer frames than asked for before the end; only 0 frames or an error is the end.
    guard isEmpty || trouble != nil else { return }
    isAtEnd = true
    guard allowTruncated else {
      if let trouble { throw .readFailed(path: info.path, atFrame: framesRead, reason: trouble) }
      throw .truncated(path: info.path, expectedFrames: info.frames, actualFrames: framesRead)
    }
    notes.append(Self.truncationNote(expected: info.frames, actual: framesRead))
  }

  private static func truncationNote(expected: Int64, actual: Int64) -> String {
    "the file is truncated: \(actual) of \(expected) frames are there"
  }

  private static func open(
    path: String, name: String, hidesEnd: Bool = false
  ) throws(AudioFileError) -> (file: SoundFile, wav: WAVLayout?) {
    let io = try SoundFileIO.reading(path: path)
    if io.length == 0 { throw .notAudio(path: name, reason: "the file is empty") }
    io.hidesEnd = hidesEnd
    let wav = WAVLayout(of: io)
    if let wav { try show(wav, by: io, name: name) }
    return (try open(io, name: name), wav)
  }

  /// Gives libsndfile the format and samples of a WAV file, without the chunks that lead it astray.
  private static func show(_ wav: WAVLayout, by io: SoundFileIO, name: String) throws(AudioFileError) {
    guard !wav.format.isEmpty else {
      throw .badHeader(path: name, expected: "one before the data chunk", actual: "no fmt chunk")
    }
    guard let start = wav.audioStart else {
      throw .badHeader(path: name, expected: "one after the fmt chunk", actual: "no data chunk")
    }
    if let actual = wav.frameBytes, let expected = wav.expectedFrameBytes, expected > 0, actual != expected {
      throw .badHeader(path: name, expected: "\(expected), by channels and bits", actual: "frames of \(actual) bytes")
    }
    io.show(wav.canonicalHeader(), before: start, count: wav.audioBytes)
  }

  private static func open(_ io: SoundFileIO, name: String) throws(AudioFileError) -> SoundFile {
    try SoundFile(io: io, mode: SFM_READ, header: SF_INFO()) { code, words in
      if let reason = io.failure { return .file(.unreadable(path: name, reason: reason)) }
      if let truncation = Self.truncationOfUnreadableCAF(io: io, name: name) { return truncation }
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

  /// libsndfile calls a CAF file malformed when its audio was cut off; this finds the reason.
  private static func truncationOfUnreadableCAF(io: SoundFileIO, name: String) -> AudioFileError? {
    guard let layout = ChunkLayout(of: io), layout.family == .caf, let description = layout.find("desc", in: io),
      let length = DeclaredLength.find(in: io),
      let bytesPerPacket = io.integer(at: description.start + 16, bytes: 4, isBigEndian: true), bytesPerPacket > 0,
      length.isTruncated(smallestLoss: bytesPerPacket)
    else { return nil }
    return .truncated(
      path: name, expectedFrames: length.declaredBytes / bytesPerPacket,
      actualFrames: length.presentBytes / bytesPerPacket)
  }

  /// Counts frames by decoding, for the few files whose header does not give a length.
  private static func countFrames(
    path: String, name: String, channels: Int, allowTruncated: Bool
  ) throws(AudioFileError) -> Int64 {
    let file = try open(path: path, name: name, hidesEnd: true).file
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
