import CSndFile

/// A field of text metadata.
public enum AudioText: String, CaseIterable, Sendable {
  case title, artist, album, comment, date, copyright
  /// The program that made the file. libsndfile adds its own name and version in brackets when it writes.
  case software
  case genre, trackNumber, license

  /// libsndfile's number for the field.
  var sndfileKey: Int32 {
    switch self {
    case .title: Int32(SF_STR_TITLE)
    case .artist: Int32(SF_STR_ARTIST)
    case .album: Int32(SF_STR_ALBUM)
    case .comment: Int32(SF_STR_COMMENT)
    case .date: Int32(SF_STR_DATE)
    case .copyright: Int32(SF_STR_COPYRIGHT)
    case .software: Int32(SF_STR_SOFTWARE)
    case .genre: Int32(SF_STR_GENRE)
    case .trackNumber: Int32(SF_STR_TRACKNUMBER)
    case .license: Int32(SF_STR_LICENSE)
    }
  }
}

/// What a file's header says.
package struct AudioFileInfo: Sendable, Equatable {
  /// The path that the file was opened by.
  package var path: String
  /// The kind of file; nil for one that can be read and is never written (VOC, NIST, …).
  package var container: AudioContainer?
  /// How the samples are stored.
  package var encoding: SampleEncoding
  /// Frames per second.
  package var sampleRateHz: Int
  /// Samples per frame.
  package var channels: Int
  /// Length in frames. 0 is valid: an empty recording. If the header does not give it (MP3 without a Xing tag, FLAC
  /// from a pipe), the file was decoded once to count.
  package var frames: Int64
  /// Text metadata, UTF-8 (Latin-1 is recognised and converted).
  package var text: [AudioText: String]
  /// The smallest integer size, in bits, that holds every sample of the source exactly; nil for floating-point and
  /// lossy sources. Writing unchanged samples with at least this many bits needs no dither.
  package var exactBits: Int?
  /// The speakers of the channels; nil if the source does not name them.
  package var speakers: ChannelLayout?

  /// Length in seconds.
  package var durationSeconds: Double { Double(frames) / Double(sampleRateHz) }

  /// Describes audio that does not come from a file, such as a stream, for `AudioOutputFormat.choose`.
  ///
  /// - Parameter exactBits: Default: the bits of integer PCM, nil for anything else.
  package init(
    path: String, container: AudioContainer?, encoding: SampleEncoding, sampleRateHz: Int, channels: Int,
    frames: Int64, text: [AudioText: String] = [:], exactBits: Int? = nil
  ) {
    self.path = path
    self.container = container
    self.encoding = encoding
    self.sampleRateHz = sampleRateHz
    self.channels = channels
    self.frames = frames
    self.text = text
    if let exactBits {
      self.exactBits = exactBits
    } else if case .pcm(let bits) = encoding {
      self.exactBits = bits
    }
  }
}
