/// Corrects what libsndfile 1.2.0 leaves in a file that it has written, once it has closed it.
struct HeaderRepair {
  let format: AudioOutputFormat
  let frames: Int64
  let text: [AudioText: String]

  /// Corrects a file, in place. Errors stay in `io.failure`.
  func run(on io: SoundFileIO) {
    guard io.failure == nil else { return }
    switch format.container {
    case .wav, .rf64: repairWAV(io)
    case .aiff: repairAIFF(io)
    case .caf: if let speakers = format.speakers { addSpeakersToCAF(speakers, io) }
    case .flac: if let speakers = format.speakers { FLACComments.add(speakers, to: io) }
    case .mp3: if text.values.contains(where: { !$0.utf8.allSatisfy { $0 < 0x80 } }) { ID3Tag.correct(text, in: io) }
    case .ogg, .opus: OggSerial.fix(in: io)
    case .w64, .au: break
    }
  }

  /// The time of day in the PEAK chunk of RF64, which ignores `SFC_SET_ADD_PEAK_CHUNK`, becomes 0, so that equal samples
  /// give equal files; and the speakers are those of the source instead of a guess by the number of channels.
  private func repairWAV(_ io: SoundFileIO) {
    guard let layout = ChunkLayout(of: io), layout.family == .riff else { return }
    if let peak = layout.find("PEAK", in: io) { io.patch(0, at: peak.start + 4) }
    guard let chunk = layout.find("fmt ", in: io), chunk.size >= 40,
      io.integer(at: chunk.start, bytes: 2, isBigEndian: false) == Int64(WAVHeader.Tag.extensible)
    else { return }
    let mask = format.speakers?.mask ?? (format.channels > 2 ? 0 : nil)
    if let mask { io.patch(mask.byteSwapped, at: chunk.start + 20) }
    guard format.speakers?.isAmbisonic == true else { return }
    io.write(WAVHeader.ambisonicTail, at: chunk.start + 26)
  }

  /// AIFF with an odd number of bytes of audio counts the padding byte as a sample.
  private func repairAIFF(_ io: SoundFileIO) {
    let audioBytes = AudioOutputFormat.audioBytes(
      frames: frames, channels: format.channels, encoding: format.encoding)
    guard audioBytes & 1 == 1, let layout = ChunkLayout(of: io), layout.family == .aiff,
      let common = layout.find("COMM", in: io), let audio = layout.find("SSND", in: io),
      let count = UInt32(exactly: frames), let size = UInt32(exactly: audioBytes + 8)
    else { return }
    io.patch(count, at: common.start + 2)
    io.patch(size, at: audio.start - 4)
  }

  /// Puts a `chan` chunk into the free space that libsndfile leaves before the audio.
  private func addSpeakersToCAF(_ speakers: ChannelLayout, _ io: SoundFileIO) {
    guard let layout = ChunkLayout(of: io), layout.family == .caf, layout.find("chan", in: io) == nil,
      let free = layout.find("free", in: io), free.size >= 24
    else { return }
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    let layoutByBits: UInt32 = 1 << 16
    let chunk =
      Array("chan".utf8) + bytes(Int64(12)) + bytes(layoutByBits) + bytes(speakers.mask) + bytes(UInt32(0))
      + Array("free".utf8) + bytes(free.size - 24)
    io.write(chunk, at: free.start - 12)
  }
}

extension SoundFileIO {
  /// Overwrites a big-endian integer of 4 bytes.
  func patch(_ value: UInt32, at offset: Int64) { withUnsafeBytes(of: value.bigEndian) { write(Array($0), at: offset) } }

  /// Overwrites bytes.
  func write(_ bytes: [UInt8], at offset: Int64) {
    _ = move(to: offset, whence: 0)
    bytes.withUnsafeBytes { _ = drain($0.baseAddress, count: Int64($0.count)) }
  }

  /// Puts bytes between those before and after a place.
  func insert(_ bytes: [UInt8], at offset: Int64) {
    var end = length
    while end > offset, failure == nil {
      let start = max(offset, end - (1 << 16))
      write(self.bytes(at: start, count: Int(end - start)), at: start + Int64(bytes.count))
      end = start
    }
    write(bytes, at: offset)
  }
}
