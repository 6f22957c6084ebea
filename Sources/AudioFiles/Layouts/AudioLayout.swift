/// A piece of a file that libsndfile reads as if it were a file of its own.
struct AudioPart {
  /// Bytes that stand for those of the file before `start`.
  var header: [UInt8] = []
  /// Where it begins in the file, and how many bytes it has.
  var start: Int64
  var count: Int64
}

/// Where a file holds its audio, as found by walking through it before libsndfile sees it.
///
/// libsndfile 1.2.0 misreads some well-formed WAV files, refuses sizes that mean "unknown" in other formats, and reads
/// the first of several streams only. So it is shown parts of the file that it reads right.
struct AudioLayout {
  /// What to read, in order.
  private(set) var parts: [AudioPart]
  /// How much audio the header promises, and how much there is; nil where the format does not say.
  private(set) var length: DeclaredLength?
  /// Whether chunks were walked exactly, so that a single missing byte counts.
  private(set) var isExact = false
  /// The speakers of the channels; nil if the file does not name them.
  private(set) var speakers: ChannelLayout?
  /// Whether three and more channels have the speakers and the order of Vorbis, or of FLAC, unless the file names others.
  private(set) var implied = ImpliedSpeakers.none
  /// Sentences for people.
  private(set) var notes: [String] = []

  /// What a format says about the speakers of its channels.
  enum ImpliedSpeakers { case none, flac, vorbis }

  /// Walks a file.
  /// - Throws: `badHeader`, `unsupported`.
  init(of io: SoundFileIO, name: String) throws(AudioFileError) {
    parts = [AudioPart(start: 0, count: io.length)]
    if let wav = WAVLayout(of: io) {
      try wav.check(name: name)
      parts = [AudioPart(header: wav.canonicalHeader(), start: wav.audioStart ?? 0, count: wav.audioBytes)]
      length = DeclaredLength(wav)
      isExact = true
      speakers = wav.speakers
      if wav.hasSecondData { notes.append("a second data chunk is ignored") }
    } else if let chain = try OggChain(of: io, name: name) {
      keep(chain.parts)
      if chain.hasVorbisOrder { implied = .vorbis }
      if !chain.isComplete { notes.append("the last Ogg page is missing, so the end may have been cut off") }
    } else if let streams = FLACStreams(of: io) {
      keep(streams.parts)
      (speakers, implied) = (streams.layout, .flac)
    } else if let streams = MPEGStreams(of: io) {
      keep(streams.parts)
    } else if let sized = SizedAudio(of: io) {
      parts = [sized.part(in: io)]
      length = sized.length
      speakers = sized.speakers
    } else {
      length = DeclaredLength.find(in: io)
    }
  }

  private mutating func keep(_ found: [AudioPart]) {
    guard found.count > 1 else { return }
    parts = found
    notes.append("it holds \(found.count) recordings, which are read as one")
  }
}
