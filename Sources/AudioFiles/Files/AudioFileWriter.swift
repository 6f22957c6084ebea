import CSndFile

/// Writes an audio file block by block from interleaved Float32.
///
/// ```swift
/// let format = try AudioOutputFormat.choose(container: .wav, source: reader.info, expectedFrames: frames)
/// let writer = try AudioFileWriter(
///   path: temporary, format: format, sampleRateHz: 48_000, channels: 2, text: reader.info.text,
///   dither: format.needsDither)
/// try writer.write(block)
/// try writer.finish()
/// ```
/// - Units: full scale is ±1. Integer formats get `IntegerQuantiser`'s samples; float formats get the samples bit for
///   bit; lossy formats get them clamped to ±1.
/// - Errors: a full disk is thrown, whenever it happens, up to the last byte of the header in `finish`. The unfinished
///   file stays at `path`; the caller removes it.
/// - Determinism: the same samples give the same file, except for Ogg (its stream number is random). The PEAK chunk,
///   which holds the time of day, is left out or gets time 0.
/// - Empty recordings are written too, but libsndfile cannot read an Opus file without frames.
/// - `write` allocates nothing itself.
/// - One thread at a time.
package final class AudioFileWriter {
  /// The file.
  package let path: String
  /// Samples that were beyond full scale and clamped, after dither. 0 for float formats.
  package private(set) var clippedSamples = 0
  /// Samples that were NaN or infinite. Integer and lossy formats hold 0 for NaN and full scale for infinity;
  /// float formats hold them as they are.
  package private(set) var nonFiniteSamples = 0
  /// Frames written so far.
  package private(set) var framesWritten: Int64 = 0
  /// Sentences for people about text that was refused although the container has a place for it.
  package let notes: [String]

  private let file: SoundFile
  private let format: AudioOutputFormat
  private let channels: Int
  private let maximumFrames: Int64
  private var quantiser: IntegerQuantiser?
  private var isFinished = false
  private let blockFrames: Int
  /// What one call of libsndfile gets: clamped floats or integers, by `quantiser`. Owned; freed in `deinit`.
  private let floats: UnsafeMutablePointer<Float>
  private let integers: UnsafeMutablePointer<Int32>

  /// Creates the file, or empties it, and writes its header.
  ///
  /// - Parameters:
  ///   - text: Fields that the container has no place for are left out; `AudioOutputFormat.notes` says so.
  ///   - dither: Usually `format.needsDither`. Without effect unless the encoding is integer PCM below 32 bits.
  /// - Throws: `cannotHold`, `file`, `writeFailed`.
  package init(
    path: String, format: AudioOutputFormat, sampleRateHz: Int, channels: Int, text: [AudioText: String] = [:],
    dither: Bool
  ) throws(AudioFileError) {
    try format.container.check(sampleRateHz: sampleRateHz, channels: channels)
    let io = try SoundFileIO.writing(path: path)
    let header = SF_INFO(
      frames: 0, samplerate: Int32(sampleRateHz), channels: Int32(channels), format: Int32(format.sndfileFormat),
      sections: 0, seekable: 0)
    let file = try SoundFile(io: io, mode: SFM_WRITE, header: header) { _, words in
      .writeFailed(path: path, reason: words)
    }
    self.file = file
    file.set(SFC_SET_ADD_PEAK_CHUNK, to: false)
    if format.isRF64 { file.set(SFC_RF64_AUTO_DOWNGRADE, to: true) }
    let lost = AudioText.allCases.filter { field in
      guard let value = text[field], !value.isEmpty else { return false }
      return format.container.storableText.contains(field) && !file.setText(field, to: value)
    }
    notes =
      lost.isEmpty
      ? [] : ["\(format.container.displayName) did not take \(lost.map(\.rawValue).joined(separator: ", "))"]
    if case .pcm(let bits) = format.encoding {
      quantiser = IntegerQuantiser(bits: bits, dithers: dither && bits < 32)
    }
    self.path = path
    self.format = format
    self.channels = channels
    maximumFrames =
      format.isRF64
      ? .max
      : format.container.maximumFileBytes.map {
        ($0 - AudioOutputFormat.headerReserve) / Int64(channels * (format.encoding.bytesPerSample ?? 1))
      } ?? .max
    blockFrames = max(1, 8192 / channels)
    floats = .allocate(capacity: blockFrames * channels)
    integers = .allocate(capacity: blockFrames * channels)
  }

  deinit {
    _ = file.close()
    floats.deallocate()
    integers.deallocate()
  }

  /// Writes frames after those already written.
  ///
  /// - Parameter samples: Interleaved, whole frames.
  /// - Throws: `writeFailed` on a full disk; `tooLong` where an AIFF or AU file would pass 4 GiB;
  ///   `alreadyFinished`.
  /// - Precondition: `samples.count` is a multiple of the number of channels.
  package func write(_ samples: UnsafeBufferPointer<Float>) throws(AudioFileError) {
    precondition(samples.count % channels == 0, "whole frames only")
    guard !isFinished else { throw .alreadyFinished(path: path) }
    guard let base = samples.baseAddress, !samples.isEmpty else { return }
    let frames = samples.count / channels
    guard Int64(frames) <= maximumFrames - framesWritten else {
      isFinished = true
      throw .tooLong(
        container: format.container, expectedBytes: format.container.maximumFileBytes ?? .max,
        actualBytes: AudioOutputFormat.audioBytes(
          frames: framesWritten + Int64(frames), channels: channels, encoding: format.encoding))
    }
    var done = 0
    while done < frames {
      let count = min(blockFrames, frames - done)
      let written = writeBlock(base + done * channels, frames: count)
      framesWritten += Int64(max(0, written))
      if written != count || file.io.failure != nil {
        isFinished = true
        throw .writeFailed(path: path, reason: file.trouble ?? "only \(written) of \(count) frames were taken")
      }
      done += count
    }
  }

  private func writeBlock(_ samples: UnsafePointer<Float>, frames: Int) -> Int {
    let count = frames * channels
    if quantiser != nil {
      quantiser!.quantise(samples, into: integers, count: count)
      clippedSamples = quantiser!.clippedSamples
      nonFiniteSamples = quantiser!.nonFiniteSamples
      return file.write(integers, frames: frames)
    }
    var nonFinite = 0
    for i in 0..<count where !samples[i].isFinite { nonFinite += 1 }
    nonFiniteSamples += nonFinite
    guard format.encoding.isLossy else { return file.write(samples, frames: frames) }
    var clipped = 0
    for i in 0..<count {
      let sample = samples[i].isNaN ? 0 : samples[i]
      let held = max(-1, min(1, sample))
      clipped += held == sample ? 0 : 1
      floats[i] = held
    }
    clippedSamples += clipped
    return file.write(floats, frames: frames)
  }

  /// Completes the header and closes the file. Nothing may be written afterwards.
  ///
  /// - Throws: `writeFailed` when the last bytes do not fit; `alreadyFinished` on a second call, and after a
  ///   `write` that failed.
  package func finish() throws(AudioFileError) {
    guard !isFinished else { throw .alreadyFinished(path: path) }
    isFinished = true
    if framesWritten == 0, format.container == .flac || format.container == .mp3 { file.writeHeader() }
    let bytes = AudioOutputFormat.audioBytes(frames: framesWritten, channels: channels, encoding: format.encoding)
    if let trouble = file.close(repair: { $0.repairHeader(audioBytes: bytes, frames: framesWritten) }) {
      throw .writeFailed(path: path, reason: trouble)
    }
  }
}
