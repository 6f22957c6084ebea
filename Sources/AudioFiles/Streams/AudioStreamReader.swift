import ByteFiles

/// Reads whole frames as interleaved Float32 from a source of bytes that cannot seek: a pipe, a socket, memory.
///
/// ```swift
/// let reader = try AudioStreamReader { buffer in
///   Foundation.read(0, buffer.baseAddress, buffer.count)  // and look at errno
/// }
/// var block = [Float](repeating: 0, count: 64 * reader.info.channels)
/// while true {
///   let frames = try block.withUnsafeMutableBufferPointer { try reader.read(into: $0) }
///   guard frames > 0 else { break }
///   use(block[..<(frames * reader.info.channels)])
/// }
/// try reader.finish()
/// ```
/// - Units: full scale is ±1. Values are those of `AudioFileReader` for the same bytes: integers of up to 24 bits
///   are exact (value / 2^(bits − 1)); 32-bit integers and doubles are rounded to Float32, and a note says so;
///   floats keep every bit.
/// - Length: a data chunk is read to the end of the source if its length is 0, a placeholder (near 2^31 or 2^32) or
///   more than the source has; the last case is an error or a note of `finish`. If the length is right, `read` does not wait for anything after the samples; `finish`
///   reads and drops the rest, so that the writing program is not ended by a closed pipe.
/// - Streaming: a block is delivered as soon as its frames have arrived; nothing is read ahead beyond what the source
///   gives in the call that completes it.
/// - Real time: after the first frame, `read` allocates nothing; only the callback may.
/// - Memory: 64 KiB, or one frame if that is more, whatever a header claims.
/// - One thread at a time.
///
/// For files use `AudioFileReader`, which knows more formats and detects truncated files.
package final class AudioStreamReader {
  /// What the stream is.
  package let info: AudioStreamInfo
  /// Notes for the user about what reading changes. Complete after `finish`.
  package private(set) var notes: [String]
  /// Frames delivered so far.
  package private(set) var framesRead: Int64 = 0

  /// The stream's name in errors.
  package let name: String
  private let allowTruncated: Bool
  private let source: StreamSource
  private let samples: RawSampleFormat
  private let frameBytes: Int
  /// Bytes of the data chunk that have not been used; nil to read to the end of the source.
  private var dataBytesLeft: Int64?
  /// Whether the data chunk has an odd length, which RIFF follows by a padding byte.
  private var isOdd = false
  /// Where the RIFF chunk ends.
  private var riffEnd = Int64.max
  /// No more whole frames follow.
  private var isAtEnd = false
  /// The source's error, if frames of the same block had arrived before it.
  private var failure: (any Error)?
  /// Whether raw samples may still turn out to be a file of some format.
  private var looksForSignature = false
  /// Bytes after the last whole frame, once `finish` has counted them.
  private var bytesLeftOver: Int?

  /// Recognises the stream and reads its header, waiting for the source; does not wait for raw samples.
  ///
  /// - Parameters:
  ///   - name: The source's name in errors. Default: `"standard input"`.
  ///   - format: Default: recognised by the first bytes, which finds WAV. Raw samples that begin like a WAV, FLAC, Ogg
  ///     or other file are an error of the first `read`; frames wait only while their bytes could be such a beginning.
  ///   - sampleRateHz: Required for raw samples. For WAV an assertion: a header that says otherwise is an error.
  ///   - channels: As `sampleRateHz`.
  ///   - maximumChannels: More channels are an error. At least 1. Default 64.
  ///   - allowTruncated: Whether a stream that ends before its header says, or within a frame, gets a note; otherwise
  ///     `finish` throws. Default false.
  ///   - read: Fills the front of the buffer and returns how many bytes it put there, at least 1; 0 is the end,
  ///     after which it is not called again. What it throws is passed on.
  /// - Throws: `AudioStreamError`, or what `read` throws.
  package init(
    name: String = "standard input", format: AudioStreamFormat? = nil, sampleRateHz: Int? = nil,
    channels: Int? = nil, maximumChannels: Int = 64, allowTruncated: Bool = false,
    read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    try Self.checkRequest(
      name: name, sampleRateHz: sampleRateHz, channels: channels, maximumChannels: maximumChannels)
    let source = StreamSource(read: read)
    if case .raw(let samples) = format {
      info = try Self.rawInfo(name: name, samples: samples, sampleRateHz: sampleRateHz, channels: channels)
      self.samples = samples
      looksForSignature = true
    } else {
      try Self.expectWAV(source, name: name, isAsked: format == .wav)
      let header = try WAVHeaderParser.parse(source, name: name)
      info = AudioStreamInfo(
        format: .wav, encoding: header.samples.encoding, sampleRateHz: header.sampleRateHz,
        channels: header.channels, channelMask: header.channelMask)
      samples = header.samples
      dataBytesLeft = header.dataBytes
      isOdd = (header.dataBytes ?? 0) & 1 == 1
      riffEnd = header.riffEnd
      try Self.check(info, name: name, sampleRateHz: sampleRateHz, channels: channels)
    }
    let channelLimit = min(maximumChannels, WAVHeader.maximumFrameBytes)
    guard info.channels <= channelLimit else {
      throw AudioStreamError.tooManyChannels(name: name, expected: channelLimit, actual: info.channels)
    }
    self.name = name
    self.allowTruncated = allowTruncated
    self.source = source
    frameBytes = info.channels * samples.bytesPerSample
    source.reserve(frameBytes)
    isAtEnd = (dataBytesLeft ?? .max) < frameBytes
    notes = samples.encoding.readingNote(exactBits: samples == .s32le ? 32 : nil).map { [$0] } ?? []
  }

  /// Reads the next frames, interleaved. Waits until all of them have arrived, or the samples end.
  ///
  /// The last frame that the header of a WAV promises ends the block: `read` does not wait for more, even if the source
  /// stays open.
  ///
  /// - Parameter samples: Room for `samples.count / info.channels` frames.
  /// - Returns: Frames read. Fewer than there is room for at the end of the samples, and before an error of the source,
  ///   which the next call throws; 0 at the end, and from then on.
  /// - Throws: The source's error, once every frame before it was delivered; a later call reads from the source again.
  ///   `notRaw` before the first frame.
  /// - Precondition: Room for at least one frame.
  package func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    let room = samples.count / info.channels
    guard let base = samples.baseAddress, room > 0 else { preconditionFailure("no room for a frame") }
    if let failure {
      self.failure = nil
      throw failure
    }
    var frames = 0
    while frames < room, !isAtEnd {
      let usable = try framesAvailable()
      if usable > 0 {
        let count = min(room - frames, usable)
        self.samples.decode(source.next, into: base + frames * info.channels, count: count * info.channels)
        source.use(count * frameBytes)
        dataBytesLeft? -= Int64(count * frameBytes)
        isAtEnd = (dataBytesLeft ?? .max) < frameBytes
        frames += count
      } else {
        do {
          if try source.fill() { continue }
        } catch {
          guard frames > 0 else { throw error }
          failure = error
          break
        }
        // Raw samples that end within a possible signature are samples.
        if looksForSignature { looksForSignature = false } else { isAtEnd = true }
      }
    }
    framesRead += Int64(frames)
    return frames
  }

  /// Reads and drops everything after the samples, so that the writing program is not ended by a closed pipe, and
  /// checks that the stream ended between two frames. Call it after the last `read`; before the end of the samples it
  /// does nothing.
  ///
  /// If the dropped bytes are not chunks of the WAV, but a second file for instance, a note says so.
  ///
  /// - Throws: `shortFrame` if the last frame is incomplete and `truncated` if frames are missing, unless that is allowed;
  ///   or the source's error. Every frame before was delivered.
  package func finish() throws {
    if let failure { throw failure }
    guard isAtEnd else { return }
    if bytesLeftOver == nil {
      let left = try countLeftOver()
      bytesLeftOver = left
      do { try dropRest() } catch {
        // Missing samples matter more than an error after them.
        if truncation == nil { throw error }
      }
      if allowTruncated, let truncation { notes.append(note(on: truncation)) }
    }
    if !allowTruncated, let truncation { throw truncation }
  }

  /// What the stream was short of.
  private var truncation: AudioStreamError? {
    if let missing = dataBytesLeft, missing >= frameBytes {
      let expected = framesRead + missing / Int64(frameBytes)
      return .truncated(name: name, expectedFrames: expected, actualFrames: framesRead)
    }
    guard let left = bytesLeftOver, left > 0 else { return nil }
    return .shortFrame(name: name, frame: framesRead, expectedBytes: frameBytes, actualBytes: left)
  }

  private func note(on truncation: AudioStreamError) -> String {
    guard case .truncated(_, let expected, let actual) = truncation else {
      return "the stream ends within a frame, whose first \(bytesLeftOver ?? 0) of \(frameBytes) bytes are dropped"
    }
    return "the stream is truncated: \(actual) of \(expected) frames came"
  }

  /// Whole frames that can be delivered; 0 while raw samples may still turn out to be a file of some format.
  private func framesAvailable() throws(AudioStreamError) -> Int {
    if looksForSignature {
      let start = UnsafeRawBufferPointer(start: source.next, count: min(source.available, ByteFormat.bytes))
      guard !ByteFormat.isOpen(start) else { return 0 }
      if let format = ByteFormat(known: Array(start)) { throw notRaw(format) }
      looksForSignature = false
    }
    return Int(min(Int64(source.available), dataBytesLeft ?? .max)) / frameBytes
  }

  /// Consumes the bytes after the last whole frame, and returns how many belong to a frame.
  private func countLeftOver() throws -> Int {
    // Only a data chunk that splits a frame needs more bytes.
    let expected = Int(min(dataBytesLeft ?? .max, Int64(frameBytes)))
    _ = try source.require(expected)
    let left = min(expected, source.available)
    // SoX pads an odd number of bytes at the end even in a pipe, where no length shows that the byte is padding.
    let isPadded = info.format == .wav && frameBytes & 1 == 1 && framesRead & 1 == 1
    let isPadding = isPadded && left == 1 && source.byte(0) == 0
    source.use(left)
    return isPadding ? 0 : left
  }

  /// Reads to the end of the source. Chunks are expected; anything else gets a note.
  private func dropRest() throws {
    if isOdd, try source.require(1), source.byte(0) == 0 { source.use(1) }
    while let bytes = try WAVHeaderParser.chunkBytes(source, riffEnd: riffEnd), try source.skip(bytes) {}
    let start = source.position
    try source.drain()
    switch source.position - start {
    case 0: break
    case 1: notes.append("1 byte after the audio is ignored")
    case let count: notes.append("\(count) bytes after the audio are ignored")
    }
  }
}
