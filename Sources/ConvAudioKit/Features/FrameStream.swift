import ByteFiles
import ArrayFiles
import AudioFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where frames come from, a block at a time: a recording, WAV through a pipe, or rows of numbers.
public final class FrameStream {
  /// What errors call it.
  public let name: String
  public let channels: Int
  /// nil of rows, unless the user says it.
  public let sampleRateHz: Int?
  /// Frames of a recording as its header has them; nil when nobody knows.
  public private(set) var expectedFrames: Int64?
  /// Sentences about what reading changes.
  public var notes: [String] { readNotes() }
  private let read: (UnsafeMutableBufferPointer<Float>) throws -> Int
  private let readNotes: () -> [String]
  /// The most frames that are waited for at once.
  private let blockFrames: Int

  /// Frames that are read of a recording at once.
  private static let fileBlockFrames = 1024
  /// Of a WAV that somebody may be playing.
  private static let pipeBlockFrames = 64

  /// Opens a recording, or text of rows; `-` is standard input: WAV, or rows.
  ///
  /// - Parameters:
  ///   - sampleRateHz: Of rows; a recording has its own.
  ///   - missing: What stands in for values that are missing in rows.
  /// - Throws: `WindowError.notAStream`; what the readers throw.
  public convenience init(
    path: String, sampleRateHz: Int? = nil, missing: MissingPolicy = .error,
    cancellation: Cancellation = .never
  ) throws {
    if path == standardStreamPath {
      let input = try StandardInput(cancellation: cancellation)
      switch input.kind {
      case .array: throw WindowError.notAStream(path: StandardInput.name)
      case .wav: try self.init(wave: input)
      case .text:
        try self.init(rows: StandardInput.name, sampleRateHz: sampleRateHz, missing: missing) {
          try input.read(into: $0)
        }
      }
    } else if SeriesFormat(path: path) == .lines {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw SeriesInputError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      let handle = Descriptor(descriptor)
      let stream = ByteFile(descriptor: descriptor, name: path, cancellation: cancellation)
      try self.init(rows: path, sampleRateHz: sampleRateHz, missing: missing) { buffer in
        // The handle lives as long as who reads from it.
        try withExtendedLifetime(handle) { try stream.read(into: buffer) }
      }
    } else if SeriesFormat(path: path) != nil || path.lowercased().hasSuffix(".npy") {
      throw WindowError.notAStream(path: path)
    } else {
      try self.init(recording: path)
    }
  }

  /// Opens a recording.
  /// - Throws: `AudioFileError`.
  public init(recording path: String) throws {
    let reader = try AudioFileReader(path: path)
    name = path
    channels = reader.info.channels
    sampleRateHz = reader.info.sampleRateHz
    expectedFrames = reader.info.frames
    read = { try reader.read(into: $0) }
    readNotes = { reader.notes }
    blockFrames = Self.fileBlockFrames
  }

  /// WAV from a pipe.
  /// - Throws: `AudioStreamError`.
  init(wave input: StandardInput) throws {
    let reader = try AudioStreamReader(name: StandardInput.name, maximumChannels: 1024) {
      try input.read(into: $0)
    }
    name = StandardInput.name
    channels = reader.info.channels
    sampleRateHz = reader.info.sampleRateHz
    read = { try reader.read(into: $0) }
    readNotes = { reader.notes }
    blockFrames = Self.pipeBlockFrames
  }

  /// Rows, each of which goes out when it has come.
  private init(
    rows name: String, sampleRateHz: Int?, missing: MissingPolicy,
    source: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws {
    let reader = try NumberRowReader(
      name: name, format: .csv, missing: missing, maximumColumns: 1024, read: source)
    let columns = reader.layout.columns
    self.name = name
    channels = columns
    self.sampleRateHz = sampleRateHz
    read = { try reader.read(into: UnsafeMutableBufferPointer(rebasing: $0[..<columns])) ? 1 : 0 }
    readNotes = { [] }
    blockFrames = 1
  }

  /// Calls `body` with all frames, interleaved, in blocks of at most 1024.
  public func forEachBlock(_ body: (UnsafeBufferPointer<Float>) throws -> Void) throws {
    let block = UnsafeMutableBufferPointer<Float>.allocate(capacity: blockFrames * channels)
    block.initialize(repeating: 0)
    defer { block.deallocate() }
    while true {
      let frames = try read(block)
      if frames == 0 { return }
      try body(UnsafeBufferPointer(rebasing: block[..<(frames * channels)]))
    }
  }

  private final class Descriptor {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
  }
}
