import ArrayFiles
import AudioFiles
import ByteFiles

extension Signal {
  /// Fills the start of the buffer and returns the number of bytes; 0 at the end. May wait; may return fewer bytes than
  /// fit, even one.
  public typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

  /// Opens a file, a FIFO or a device, or standard input if `path` is `-`.
  ///
  /// - Parameters:
  ///   - settings: How to read it.
  ///   - cancellation: Checked before every read of a pipe; ends the pipe.
  /// - Throws: `ByteFileError`, `AudioFileError`, `AudioStreamError`, `RowError`, `SignalError`, `ResamplingError`;
  ///   `CancellationError`.
  public static func open(
    _ path: String, settings: SignalSettings = SignalSettings(), cancellation: Cancellation = .never
  ) throws -> Signal {
    if path == standardStreamPath {
      let pipe = ByteFile.standardInput(cancellation)
      return try open(name: pipe.name, settings: settings, cancellation: cancellation, read: pipe.read(into:))
    }
    let kind = try FileKind.of(path)
    let isRecording = settings.reading == .recordings
    if let kind, kind == .folder || kind == .socket || isRecording && kind == .device {
      throw ByteFileError.notAFile(path: path, actual: kind)
    }
    var settings = settings
    if !isRecording { settings.format = settings.format ?? SignalFormat(rowsNamed: path) }
    if kind != nil {
      let pipe: ByteFile
      do {
        pipe = try ByteFile.waiting(for: path, cancellation: cancellation)
      } catch {
        try cancellation.check()
        throw error
      }
      return try open(name: path, settings: settings, cancellation: cancellation, read: pipe.read(into:))
    }
    if settings.format != nil || settings.reading == .live {
      let file = try ByteFile.reading(path)
      return try stream(path, isLive: false, settings, cancellation, file.read(into:))
    }
    if !isRecording {
      if path.lowercased().hasSuffix(".npy") { throw SignalError.array(name: path) }
      if SeriesFormat(path: path) == .ts { throw SignalError.series(name: path) }
    }
    return try recording(path, name: path, isLive: false, settings)
  }

  /// Opens a signal whose bytes come from a function.
  ///
  /// - Parameters:
  ///   - name: Its name in errors.
  ///   - read: Gives bytes. Not called again after it has returned 0.
  /// - Throws: As above, and what `read` throws.
  public static func open(
    name: String, settings: SignalSettings = SignalSettings(), cancellation: Cancellation = .never,
    read: @escaping Read
  ) throws -> Signal {
    switch settings.reading {
    case .live: return try stream(name, isLive: true, settings, cancellation, read)
    case .recordings: return try spooled(name, settings, cancellation, read)
    case .any:
      guard settings.format == nil else { return try stream(name, isLive: true, settings, cancellation, read) }
      let bytes = try PeekedBytes(read)
      var settings = settings
      switch bytes.format {
      case .wave: settings.format = .wav
      case .numpy: throw SignalError.array(name: name)
      case nil: settings.format = try bytes.beginNDJSON() ? .ndjson : .csv
      case _?: return try spooled(name, settings, cancellation, bytes.read(into:))
      }
      return try stream(name, isLive: true, settings, cancellation, bytes.read(into:))
    }
  }

  /// Reads bytes as they arrive.
  private static func stream(
    _ name: String, isLive: Bool, _ settings: SignalSettings, _ cancellation: Cancellation, _ read: @escaping Read
  ) throws -> Signal {
    if let rows = settings.format?.rows {
      // A row that was cut off would pass for a whole row with other numbers.
      let reader = try NumberRowReader(
        name: name, format: rows, columns: settings.channels, missing: settings.missing, header: settings.header,
        maximumColumns: settings.maximumChannels
      ) { buffer in
        let count = cancellation.isRequested ? 0 : try read(buffer)
        if count == 0 { try cancellation.check() }
        return count
      }
      return try Signal(
        .rows(reader, rows), name: name, isLive: isLive, sampleRateHz: settings.sampleRateHz, settings: settings)
    }
    let reader = try AudioStreamReader(
      name: name, format: settings.format?.audio, sampleRateHz: settings.sampleRateHz, channels: settings.channels,
      maximumChannels: settings.maximumChannels, allowTruncated: settings.keepsTruncated(isLive: isLive)
    ) { cancellation.isRequested ? 0 : try read($0) }
    return try Signal(
      .audio(reader), name: name, isLive: isLive, sampleRateHz: reader.info.sampleRateHz, settings: settings)
  }

  /// A recording from a pipe, which needs seeking: in a temporary file, whose name is removed once it is open.
  private static func spooled(
    _ name: String, _ settings: SignalSettings, _ cancellation: Cancellation, _ read: Read
  ) throws -> Signal {
    let spool = try SpooledFile()
    try spool.fill(cancellation: cancellation, from: read)
    return try withExtendedLifetime(spool) { try recording(spool.path, name: name, isLive: true, settings) }
  }

  private static func recording(
    _ path: String, name: String, isLive: Bool, _ settings: SignalSettings
  ) throws -> Signal {
    let reader = try AudioFileReader(
      path: path, name: name, maximumChannels: settings.maximumChannels,
      allowTruncated: settings.keepsTruncated(isLive: isLive))
    return try Signal(
      .recording(reader), name: name, isLive: isLive, sampleRateHz: reader.info.sampleRateHz, settings: settings)
  }
}

extension PeekedBytes {
  /// Whether the first line that is not blank is an array of numbers or `null`: a bracket, then what may follow it there.
  package func beginNDJSON() throws -> Bool {
    let blank: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    var first = start.last
    if let byte = first, blank.contains(byte) { first = try peek(after: blank) }
    guard first == UInt8(ascii: "["), let byte = try peek(after: blank) else { return false }
    return "-0123456789n]".utf8.contains(byte)
  }
}
