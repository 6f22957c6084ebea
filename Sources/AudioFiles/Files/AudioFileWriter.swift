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
/// - Determinism: the same samples give the same file. What libsndfile takes from the clock is left out or replaced.
/// - Order of channels: that of WAV. Vorbis and Opus files get theirs.
/// - Empty recordings are written too, but libsndfile cannot read an Opus file without frames.
/// - `write` allocates nothing itself.
/// - One thread at a time.
package final class AudioFileWriter {
  /// The file.
  package let path: String
  /// Samples that were beyond full scale and clamped, after dither. 0 for float formats.
  package var clippedSamples: Int { facts.clipped }
  /// Samples that were NaN or infinite. Integer and lossy formats hold 0 for NaN and full scale for infinity;
  /// float formats hold them as they are.
  package var nonFiniteSamples: Int { facts.nonFinite }
  private var facts = SampleFacts()
  /// Frames written so far.
  package private(set) var framesWritten: Int64 = 0
  /// Sentences for people about text that was refused although the container has a place for it.
  package let notes: [String]

  private let file: SoundFile
  private let format: AudioOutputFormat
  private let text: [AudioText: String]
  private let order: VorbisOrder?
  private let channels: Int
  private let maximumFrames: Int64
  private let quantiser: IntegerQuantiser?
  private var isFinished = false
  private let blockFrames: Int
  /// What one call of libsndfile gets. Owned; freed in `deinit`.
  private let prepared: UnsafeMutablePointer<Float>

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
    // Without it, libsndfile 1.2.0 writes a wrong start of the audio into CAF files of 334 channels and more.
    if format.container != .caf || channels < 334 { file.set(SFC_SET_ADD_PEAK_CHUNK, to: false) }
    if format.isRF64 { file.set(SFC_RF64_AUTO_DOWNGRADE, to: true) }
    let lost = AudioText.allCases.filter { field in
      guard let value = text[field], !value.isEmpty else { return false }
      return format.container.storableText.contains(field) && !file.setText(field, to: value)
    }
    notes =
      lost.isEmpty
      ? [] : ["\(format.container.displayName) did not take \(lost.map(\.rawValue).joined(separator: ", "))"]
    quantiser =
      if case .pcm(let bits) = format.encoding { IntegerQuantiser(bits: bits, dithers: dither && bits < 32) } else {
        nil
      }
    self.path = path
    self.format = format
    self.text = text
    order = [.ogg, .opus].contains(format.container) ? VorbisOrder(channels: channels) : nil
    self.channels = channels
    maximumFrames =
      format.isRF64
      ? .max
      : format.container.maximumFileBytes.map {
        ($0 - AudioOutputFormat.headerReserve) / Int64(channels * (format.encoding.bytesPerSample ?? 1))
      } ?? .max
    blockFrames = max(1, 8192 / channels)
    prepared = .allocate(capacity: blockFrames * channels)
  }

  deinit {
    _ = file.close()
    prepared.deallocate()
  }

  /// Writes frames after those already written.
  ///
  /// - Parameter samples: Interleaved, whole frames.
  /// - Throws: `writeFailed` on a full disk; `tooLong` where an AIFF or AU file would pass 4 GiB;
  ///   `alreadyFinished`.
  /// - Precondition: `samples.count` is a multiple of the number of channels.
  package func write(_ samples: UnsafeBufferPointer<Float>) throws(AudioFileError) {
    try checkRoom(for: samples)
    var done = 0
    while done < samples.count {
      let block = UnsafeMutableBufferPointer(start: prepared, count: min(blockFrames * channels, samples.count - done))
      _ = block.update(fromContentsOf: samples[done..<done + block.count])
      let found = prepare(block, after: framesWritten)
      try write(prepared: UnsafeBufferPointer(block), found)
      done += block.count
    }
  }

  /// Does to samples all that can be done before it is their turn: dither, rounding, clamping, counting. Safe on any
  /// thread.
  ///
  /// - Parameters:
  ///   - samples: Interleaved, whole frames; changed to what `write(prepared:)` takes.
  ///   - frames: Frames of the file before these.
  package func prepare(_ samples: UnsafeMutableBufferPointer<Float>, after frames: Int64) -> SampleFacts {
    guard let base = samples.baseAddress else { return SampleFacts() }
    if let quantiser {
      return quantiser.quantise(base, count: samples.count, after: UInt64(frames) &* UInt64(channels))
    }
    var facts = SampleFacts()
    for i in 0..<samples.count where !base[i].isFinite { facts.nonFinite += 1 }
    guard format.encoding.isLossy else { return facts }
    for i in 0..<samples.count {
      let sample = base[i].isNaN ? 0 : base[i]
      let held = max(-1, min(1, sample))
      facts.clipped += held == sample ? 0 : 1
      base[i] = held
    }
    order?.toVorbis(base, frames: samples.count / channels)
    return facts
  }

  /// Writes frames that were prepared for this place, and counts what was found in them.
  /// - Throws: As `write`.
  package func write(
    prepared samples: UnsafeBufferPointer<Float>, _ found: SampleFacts
  ) throws(AudioFileError) {
    try checkRoom(for: samples)
    facts.add(found)
    var done = 0
    while let base = samples.baseAddress, done < samples.count {
      let count = min(blockFrames, (samples.count - done) / channels)
      let written =
        quantiser == nil
        ? file.write(base + done, frames: count)
        : (base + done).withMemoryRebound(to: Int32.self, capacity: count * channels) {
          file.write($0, frames: count)
        }
      framesWritten += Int64(max(0, written))
      if written != count || file.io.failure != nil {
        isFinished = true
        throw .writeFailed(path: path, reason: file.trouble ?? "only \(written) of \(count) frames were taken")
      }
      done += count * channels
    }
  }

  private func checkRoom(for samples: UnsafeBufferPointer<Float>) throws(AudioFileError) {
    precondition(samples.count % channels == 0, "whole frames only")
    guard !isFinished else { throw .alreadyFinished(path: path) }
    let frames = samples.count / channels
    guard Int64(frames) <= maximumFrames - framesWritten else {
      isFinished = true
      throw .tooLong(
        container: format.container, expectedBytes: format.container.maximumFileBytes ?? .max,
        actualBytes: AudioOutputFormat.audioBytes(
          frames: framesWritten + Int64(frames), channels: channels, encoding: format.encoding))
    }
  }

  /// Completes the header and closes the file. Nothing may be written afterwards.
  ///
  /// - Throws: `writeFailed` when the last bytes do not fit; `alreadyFinished` on a second call, and after a
  ///   `write` that failed.
  package func finish() throws(AudioFileError) {
    guard !isFinished else { throw .alreadyFinished(path: path) }
    isFinished = true
    if framesWritten == 0, format.container == .flac || format.container == .mp3 { file.writeHeader() }
    let repair = HeaderRepair(format: format, frames: framesWritten, text: text)
    if let trouble = file.close(repair: repair.run(on:)) {
      throw .writeFailed(path: path, reason: trouble)
    }
  }
}
