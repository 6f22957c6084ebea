import CSndFile

/// How a file will be written, decided before its first block.
package struct AudioOutputFormat: Sendable, Equatable {
  /// The container that was asked for.
  package let container: AudioContainer
  /// How samples are stored.
  package let encoding: SampleEncoding
  /// Frames per second.
  package let sampleRateHz: Int
  /// Samples per frame.
  package let channels: Int
  /// Whether writing adds TPDF dither: the target is integer PCM of 8 to 24 bits, and the samples were processed
  /// or the source needs more bits. Never for 32 bits, whose step is below Float32's own rounding.
  package let needsDither: Bool
  /// Whether a WAV is written as RF64 because it may exceed 4 GiB. If it turns out smaller, it becomes a plain WAV at
  /// the end.
  package let isRF64: Bool
  /// The speakers to write; nil where the container implies them, or where none are known.
  package let speakers: ChannelLayout?
  /// Notes for the user about what writing changes.
  package let notes: [String]

  /// Chooses the format; refuses one that the container cannot hold.
  ///
  /// Keeps the source's encoding if the container can hold it. Otherwise, unless `bitDepth` is given: FLAC stores float
  /// and 32-bit sources as 24-bit; µ-law, ADPCM and ALAC become integers with enough bits for their samples; decoded
  /// Vorbis, Opus and MP3 stay float, or become 24-bit in FLAC.
  ///
  /// - Parameters:
  ///   - bitDepth: The value of `--bit-depth`. Default: keep the source's.
  ///   - expectedFrames: Frames that will be written; nil when unknown.
  ///   - sampleRateHz: Default: the source's.
  ///   - channels: Default: the source's.
  ///   - processed: Whether samples change between reading and writing. Default true.
  ///   - dither: False: `--no-dither`. Default true.
  /// - Throws: `cannotHold`, `tooLong`.
  package static func choose(
    container: AudioContainer, source: AudioFileInfo, bitDepth: BitDepth? = nil, expectedFrames: Int64?,
    sampleRateHz: Int? = nil, channels: Int? = nil, processed: Bool = true, dither: Bool = true
  ) throws(AudioFileError) -> AudioOutputFormat {
    let sampleRateHz = sampleRateHz ?? source.sampleRateHz
    let channels = channels ?? source.channels
    try container.check(sampleRateHz: sampleRateHz, channels: channels)
    let encoding = try chooseEncoding(container: container, source: source, bitDepth: bitDepth)

    var needsDither = false
    if dither, case .pcm(let bits) = encoding, bits < 32 {
      let isExact = source.exactBits.map { $0 <= bits } ?? false
      needsDither = processed || !isExact
    }
    var notes: [String] = []
    if bitDepth == nil, encoding != source.encoding {
      let suffix = needsDither && source.exactBits.map { $0 > 24 } ?? true ? " with dither" : ""
      let verb = container.lossyEncoding == nil ? "becomes" : "is compressed, with loss, as"
      notes.append("\(source.encoding.summary) \(verb) \(encoding.summary)\(suffix) in \(container.displayName)")
    }
    let lost = AudioText.allCases.filter { source.text[$0] != nil && !container.storableText.contains($0) }
    if !lost.isEmpty {
      notes.append("\(container.displayName) has no place for \(lost.map(\.rawValue).joined(separator: ", "))")
    }

    var speakers = source.channels == channels ? source.speakers : nil
    if let known = speakers, !known.isWorthSaying(channels: channels) || known == container.impliedSpeakers(channels) {
      speakers = nil
    }
    if let known = speakers, !container.holds(known) {
      notes.append("\(container.displayName) has no place for the channel layout \(known.name)")
      speakers = nil
    }

    var isRF64 = false
    if let limit = container.maximumFileBytes {
      let bytes = expectedFrames.map { audioBytes(frames: $0, channels: channels, encoding: encoding) }
      let mayPass = bytes.map { $0 > limit - headerReserve } ?? true
      if container == .wav {
        isRF64 = mayPass
        if isRF64, bytes != nil { notes.append("the file may pass 4 GiB and is written as RF64") }
      } else if let bytes, mayPass {
        throw .tooLong(container: container, expectedBytes: limit - headerReserve, actualBytes: bytes)
      }
    }
    return AudioOutputFormat(
      container: container, encoding: encoding, sampleRateHz: sampleRateHz, channels: channels,
      needsDither: needsDither, isRF64: isRF64, speakers: speakers, notes: notes)
  }

  private static func chooseEncoding(
    container: AudioContainer, source: AudioFileInfo, bitDepth: BitDepth?
  ) throws(AudioFileError) -> SampleEncoding {
    if let bitDepth {
      guard container.holds(bitDepth.encoding) else {
        throw .cannotHold(
          container: container,
          expected: container.lossyEncoding == nil ? "8, 16 or 24" : "no bit depth, as it is lossy",
          actual: "a bit depth of \(bitDepth.rawValue)")
      }
      return bitDepth.encoding
    }
    if let lossy = container.lossyEncoding { return lossy }
    if container.holds(source.encoding) { return source.encoding }
    let candidates: [SampleEncoding] =
      if let bits = source.exactBits {
        [8, 16, 24, 32].filter { $0 >= bits }.map { .pcm(bits: $0) }
      } else {
        [.float32]
      }
    return candidates.first(where: container.holds) ?? .pcm(bits: 24)
  }

  /// The size of `frames` frames in bytes; `.max` on overflow.
  static func audioBytes(frames: Int64, channels: Int, encoding: SampleEncoding) -> Int64 {
    let (bytes, overflow) = frames.multipliedReportingOverflow(by: Int64(channels * (encoding.bytesPerSample ?? 0)))
    return overflow ? .max : bytes
  }

  /// Bytes reserved for headers and text below a container's limit.
  static let headerReserve: Int64 = 1 << 20

  /// libsndfile's code.
  var sndfileFormat: Int {
    let major =
      isRF64 ? AudioContainer.rf64.majorFormat : container == .wav && speakers != nil ? SF_FORMAT_WAVEX : container.majorFormat
    return major | encoding.subtype(in: container)
  }
}
