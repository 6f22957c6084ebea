import CQuietMPEG
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
///   like a shorter one and is read as such, with a note. A file whose length field is a placeholder, because it was written to a
///   pipe, is read to its end.
/// - Recordings that follow each other in one file (chained Ogg, MP3 or FLAC joined by `cat`) are read as one.
/// - Order of channels: that of WAV, in Vorbis and Opus files, too.
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

  /// What is read now, and the parts after it.
  private var file: SoundFile
  private var laterParts: ArraySlice<PartFile>
  /// Frames up to the end of what is read now, by the headers, and frames that earlier parts were short of.
  private var framesPromised: Int64
  private var framesMissing: Int64 = 0
  private let allowTruncated: Bool
  private let order: VorbisOrder?
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
    convaudio_quiet_mpeg()
    let name = name ?? path
    let io = try SoundFileIO.reading(path: path)
    if io.length == 0 { throw .notAudio(path: name, reason: "the file is empty") }
    let layout = try AudioLayout(of: io, name: name)
    let parts = try layout.parts.map { (part) throws(AudioFileError) in
      try PartFile(io.part(part), name: name, maximumChannels: maximumChannels, allowTruncated: allowTruncated)
    }
    try PartFile.checkEqual(parts, name: name)
    let first = parts[0]
    let channels = Int(first.file.header.channels)
    let format = Int(first.file.header.format)
    let (encoding, exactBits) = SampleEncoding.decoded(sndfileFormat: format)
    let frames = parts.reduce(0) { $0 + $1.frames }
    var notes: [String] = []

    let frameBytes = Int64(channels * (encoding.bytesPerSample ?? 1))
    if let length = layout.length, length.isTruncated(smallestLoss: layout.isExact ? 1 : frameBytes) {
      let expected =
        encoding.bytesPerSample != nil
        ? (length.declaredBytes + frameBytes - 1) / frameBytes
        : Int64(Double(frames) * Double(length.declaredBytes) / Double(max(1, length.presentBytes)))
      guard allowTruncated else { throw .truncated(path: name, expectedFrames: expected, actualFrames: frames) }
      notes.append(Self.truncationNote(expected: expected, actual: frames))
    }
    notes += layout.notes
    if let note = encoding.readingNote(exactBits: exactBits) { notes.append(note) }
    file = first.file
    laterParts = parts.dropFirst()
    framesPromised = first.frames
    self.allowTruncated = allowTruncated
    self.notes = notes
    order = layout.implied == .vorbis ? VorbisOrder(channels: channels) : nil
    var info = AudioFileInfo(
      path: name, container: AudioContainer(sndfileFormat: format), encoding: encoding,
      sampleRateHz: Int(first.file.header.samplerate), channels: channels, frames: frames, text: first.file.text(),
      exactBits: exactBits)
    info.speakers = layout.speakers ?? (layout.implied == .none ? nil : .standard(channels: channels))
    self.info = info
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
    var frames = 0
    repeat {
      frames = max(0, file.read(base, frames: room))
      framesRead += Int64(frames)
      if frames < room { try checkEnd(isEmpty: frames == 0) }
    } while frames == 0 && !isAtEnd
    order?.toWAV(base, frames: frames)
    return frames
  }

  /// Finds out whether a short read is the end of a part, or damage.
  private func checkEnd(isEmpty: Bool) throws(AudioFileError) {
    let trouble = file.trouble
    if file.io.failure != nil, let trouble {
      throw .readFailed(path: info.path, atFrame: framesRead, reason: trouble)
    }
    let missing = framesPromised - framesMissing - framesRead
    // Some decoders deliver fewer frames than asked for before the end; only 0 frames or an error is the end.
    guard isEmpty || missing > 0 && trouble != nil else { return }
    if missing > 0 {
      guard allowTruncated else {
        isAtEnd = true
        if let trouble { throw .readFailed(path: info.path, atFrame: framesRead, reason: trouble) }
        throw .truncated(path: info.path, expectedFrames: framesPromised, actualFrames: framesPromised - missing)
      }
      framesMissing += missing
    }
    guard let next = laterParts.popFirst() else {
      isAtEnd = true
      if framesMissing > 0 {
        notes.append(Self.truncationNote(expected: framesPromised, actual: framesPromised - framesMissing))
      }
      return
    }
    file = next.file
    framesPromised += next.frames
  }

  private static func truncationNote(expected: Int64, actual: Int64) -> String {
    "the file is truncated: \(actual) of \(expected) frames are there"
  }
}
