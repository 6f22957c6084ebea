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
/// - Length: a data chunk whose length is 0, a placeholder (near 2^31 or 2^32) or more than what comes is read to
///   the end of the source. Where a true length ends the samples, what follows is read and dropped, so that the
///   program that writes is not ended by a closed pipe.
/// - Streaming: a block is delivered as soon as its frames have come; nothing is read ahead beyond what the source
///   gives in the call that completes it.
/// - Real time: no allocation in `read` but the callback's.
/// - Memory: 64 KiB, or one frame if that is more, whatever a header claims.
/// - One thread at a time.
///
/// For files take `AudioFileReader`, which knows more formats and sees a file that was cut off.
public final class AudioStreamReader {
  /// What the stream is.
  public let info: AudioStreamInfo
  /// Sentences about what reading changes, for people. Complete after the first `read`.
  public private(set) var notes: [String]
  /// Frames delivered so far.
  public private(set) var framesRead: Int64 = 0

  /// What people call the stream.
  public let name: String
  private let source: StreamSource
  private let samples: RawSampleFormat
  private let frameBytes: Int
  /// Bytes of the data chunk that have not been used; nil when only the source's end is the end.
  private var dataBytesLeft: Int64?
  /// Bytes behind the last whole frame, once the end is known.
  private var bytesLeftOver = 0
  private var isAtEnd = false
  /// Whether the first bytes of raw samples still have to be compared with a WAV header, and those that came.
  private var looksForHeader = false
  private var firstBytes: [UInt8] = []

  /// Recognises the stream and reads its header, which waits for the source; raw samples are not waited for.
  ///
  /// - Parameters:
  ///   - name: What error messages call the source. Default: `"standard input"`.
  ///   - format: Default: recognised by the first bytes, which finds WAV.
  ///   - sampleRateHz: Required for raw samples. For WAV an assertion: a header that says otherwise is an error.
  ///   - channels: As `sampleRateHz`.
  ///   - maximumChannels: More channels are an error. Default 64.
  ///   - read: Fills the front of the buffer and returns how many bytes it put there, at least 1; 0 is the end,
  ///     after which it is not called again. What it throws is passed on.
  /// - Throws: `AudioStreamError`, or what `read` throws.
  public init(
    name: String = "standard input", format: AudioStreamFormat? = nil, sampleRateHz: Int? = nil,
    channels: Int? = nil, maximumChannels: Int = 64,
    read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    let source = StreamSource(read: read)
    if case .raw(let samples) = format {
      info = try Self.rawInfo(name: name, samples: samples, sampleRateHz: sampleRateHz, channels: channels)
      self.samples = samples
      looksForHeader = true
    } else {
      try Self.expectWAV(source, name: name, isAsked: format == .wav)
      let header = try WAVHeaderParser.parse(source, name: name)
      info = AudioStreamInfo(
        format: .wav, encoding: header.samples.encoding, sampleRateHz: header.sampleRateHz,
        channels: header.channels, channelMask: header.channelMask)
      samples = header.samples
      dataBytesLeft = header.dataBytes
      try Self.check(info, name: name, sampleRateHz: sampleRateHz, channels: channels)
    }
    let channelLimit = min(maximumChannels, WAVHeader.maximumFrameBytes)
    guard info.channels <= channelLimit else {
      throw AudioStreamError.tooManyChannels(name: name, expected: channelLimit, actual: info.channels)
    }
    self.name = name
    self.source = source
    frameBytes = info.channels * samples.bytesPerSample
    source.reserve(frameBytes)
    notes = samples.encoding.readingNote(exactBits: samples == .s32le ? 32 : nil).map { [$0] } ?? []
    // So that neither grows in `read`.
    notes.reserveCapacity(2)
    firstBytes.reserveCapacity(StreamSignature.bytes)
  }

  /// Reads the next frames, interleaved. Waits until all of them have come, or the source ends.
  ///
  /// - Parameter samples: Room for `samples.count / info.channels` frames.
  /// - Returns: Frames read. Fewer than there is room for only at the end of the source; 0 at the end.
  /// - Throws: What the source throws; frames of this block that had come are then lost. A callback that wants
  ///   to end early and keep them returns 0 instead.
  /// - Precondition: Room for at least one frame.
  public func read(into samples: UnsafeMutableBufferPointer<Float>) throws -> Int {
    let room = samples.count / info.channels
    guard let base = samples.baseAddress, room > 0 else { preconditionFailure("no room for a frame") }
    var frames = 0
    while frames < room, !isAtEnd {
      if looksForHeader { lookForHeader() }
      let usable = min(Int64(source.available), dataBytesLeft ?? .max)
      let count = min(room - frames, Int(usable) / frameBytes)
      if count > 0 {
        self.samples.decode(source.next, into: base + frames * info.channels, count: count * info.channels)
        source.use(count * frameBytes)
        dataBytesLeft? -= Int64(count * frameBytes)
        frames += count
      } else if let left = dataBytesLeft, left < frameBytes {
        try end(afterBytes: Int(left), frames: framesRead + Int64(frames))
      } else if try !source.fill() {
        try end(afterBytes: source.available, frames: framesRead + Int64(frames))
      }
    }
    framesRead += Int64(frames)
    return frames
  }

  /// Says whether the stream ended between two frames. Call it after the last `read`.
  ///
  /// - Throws: `shortFrame` when bytes of an incomplete frame were left over. Every frame before was delivered.
  public func finish() throws(AudioStreamError) {
    guard bytesLeftOver > 0 else { return }
    throw .shortFrame(name: name, frame: framesRead, expectedBytes: frameBytes, actualBytes: bytesLeftOver)
  }

  /// Takes note of what is left behind the last whole frame, and lets the source run out.
  private func end(afterBytes count: Int, frames: Int64) throws {
    _ = try source.require(count)
    let left = min(count, source.available)
    // SoX pads an odd number of bytes at the end also in a pipe, where no length says that the byte is no sample.
    let isPadded = info.format == .wav && frameBytes & 1 == 1 && frames & 1 == 1
    bytesLeftOver = isPadded && left == 1 && source.byte(0) == 0 ? 0 : left
    isAtEnd = true
    // Every frame has come. What goes wrong from here on, an interruption for instance, must not lose them.
    try? source.drain()
  }

  /// Compares the first bytes, however slowly they come, with a WAV header.
  private func lookForHeader() {
    while firstBytes.count < StreamSignature.bytes {
      let offset = firstBytes.count - Int(source.position)
      guard offset < source.available else { return }
      firstBytes.append(source.byte(offset))
    }
    looksForHeader = false
    guard StreamSignature(start: firstBytes) == .wav else { return }
    notes.append("the raw samples begin with a WAV header, which --format wav would read")
  }
}
